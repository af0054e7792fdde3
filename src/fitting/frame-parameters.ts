import {
  axisAngleFromRotation,
  multiplyRotations,
  rotationFromAxisAngle,
  transposeRotation,
} from '../geometry/rotation.js';
import { copyParameters, type FitParameters } from './parameters.js';

/** Blocks with one row for each frame, rotations left out. */
const perFrame = ['expression', 'jointPose', 'headTranslation'] as const;

/** The parameters of some of the frames, in the order given; copies. */
export function selectFrameParameters(parameters: FitParameters, frames: number[]): FitParameters {
  const frameCount = parameters.headTranslation.length / 3;
  const pick = (values: Float64Array) => {
    const width = values.length / frameCount;
    return Float64Array.from({ length: frames.length * width }, (_, i) => {
      return values[frames[Math.floor(i / width)] * width + (i % width)];
    });
  };
  return {
    ...copyParameters({ ...parameters, expression: none, jointPose: none, headRotation: none, headTranslation: none }),
    expression: pick(parameters.expression),
    jointPose: pick(parameters.jointPose),
    headRotation: pick(parameters.headRotation),
    headTranslation: pick(parameters.headTranslation),
  };
}

const none = new Float64Array(0);

/**
 * Moves one frame of `into` towards the k-th frame of `from`; rotations on the shortest way.
 *
 * @param share 0 leaves it where it is, 1 takes all of `from`.
 */
export function blendFrame(into: FitParameters, frame: number, from: FitParameters, k: number, share: number): void {
  const [frameCount, fromCount] = [into.headTranslation.length / 3, from.headTranslation.length / 3];
  for (const block of perFrame) {
    const width = into[block].length / frameCount;
    const target = into[block].subarray(frame * width, (frame + 1) * width);
    const source = from[block].subarray((k * from[block].length) / fromCount);
    for (let i = 0; i < width; i++) target[i] = (1 - share) * target[i] + share * source[i];
  }
  const rotation = into.headRotation.subarray(frame * 9, frame * 9 + 9);
  const other = from.headRotation.subarray(k * 9, k * 9 + 9);
  if (share === 1) rotation.set(other);
  else {
    const turn = axisAngleFromRotation(multiplyRotations(other, transposeRotation(rotation)));
    rotation.set(multiplyRotations(rotationFromAxisAngle(Array.from(turn, (value) => value * share)), rotation));
  }
}
