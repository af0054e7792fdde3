import { type Camera } from '../geometry/camera.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Problem } from './problem.js';

/**
 * All unknowns of a fit in plain double precision (math.md section 4): F frames, C cameras.
 *
 * Rotations are matrices: a head that faces the camera is half a turn away from it, where axis-angle is singular.
 */
export interface FitParameters {
  /** `[S]`. */
  shape: Float64Array;
  /** `[F, E]`. */
  expression: Float64Array;
  /** `[F, J, 3]` axis-angle, radians. */
  jointPose: Float64Array;
  /** `[F, 3, 3]` and `[F, 3]` metres: head to world. */
  headRotation: Float64Array;
  headTranslation: Float64Array;
  /** `[V, 3]` metres. */
  offsets: Float64Array;
  /** `[D, D, 3]` canonical units, row 0 the top; empty where no term has a texture. */
  canonicalTexture: Float64Array;
  /** `[C]`. */
  cameras: Camera[];
}

/** The mean head, upright at the world's origin in every frame. */
export function neutralParameters(
  head: HeadModel,
  cameras: Camera[],
  frameCount: number,
  canonicalTexture: ArrayLike<number> = [],
): FitParameters {
  const headRotation = new Float64Array(frameCount * 9);
  for (let i = 0; i < frameCount * 3; i++) headRotation[Math.floor(i / 3) * 9 + (i % 3) * 4] = 1;
  const expression = new Float64Array(frameCount * head.expression.count);
  expression.forEach((_, i) => (expression[i] = head.expression.mean[i % head.expression.count]));
  return {
    shape: Float64Array.from(head.shape.mean),
    expression,
    jointPose: new Float64Array(frameCount * head.parents.length * 3),
    headRotation,
    headTranslation: new Float64Array(frameCount * 3),
    offsets: new Float64Array(head.vertexCount * 3),
    canonicalTexture: Float64Array.from(canonicalTexture),
    cameras: cameras.map(copyCamera),
  };
}

/** A deep copy, so that a solver can step and fall back. */
export function copyParameters(parameters: FitParameters): FitParameters {
  return {
    shape: parameters.shape.slice(),
    expression: parameters.expression.slice(),
    jointPose: parameters.jointPose.slice(),
    headRotation: parameters.headRotation.slice(),
    headTranslation: parameters.headTranslation.slice(),
    offsets: parameters.offsets.slice(),
    canonicalTexture: parameters.canonicalTexture.slice(),
    cameras: parameters.cameras.map(copyCamera),
  };
}

/** The parameters as named arrays of numbers, the cameras' intrinsics `[C, 9]` and extrinsics `[C, 16]` among them. */
export function flattenParameters({ cameras, ...arrays }: FitParameters): Record<string, Float64Array> {
  return {
    ...arrays,
    K: Float64Array.from(cameras.flatMap(({ K }) => Array.from(K))),
    cameraFromWorld: Float64Array.from(cameras.flatMap(({ cameraFromWorld }) => Array.from(cameraFromWorld))),
  };
}

/**
 * The opposite of {@link flattenParameters}, as copies; further arrays are passed over.
 *
 * @param problem the fit that the parameters belong to; from its cameras come the names, sizes and distortions.
 * @throws an array is missing or has another size: the parameters are of another fit.
 */
export function unflattenParameters(
  arrays: Record<string, Float64Array>,
  { head, cameras, times, canonicalTexture }: Pick<Problem, 'head' | 'cameras' | 'times' | 'canonicalTexture'>,
): FitParameters {
  const expected = flattenParameters(neutralParameters(head, cameras, times.length, canonicalTexture));
  const pick = (name: string) => {
    if (arrays[name]?.length !== expected[name].length) {
      const got = arrays[name]?.length ?? 'none';
      throw new Error(`parameters: expected ${expected[name].length} numbers of ${name}, got ${got}.`);
    }
    return arrays[name].slice();
  };
  const [K, cameraFromWorld] = [pick('K'), pick('cameraFromWorld')];
  return {
    shape: pick('shape'),
    expression: pick('expression'),
    jointPose: pick('jointPose'),
    headRotation: pick('headRotation'),
    headTranslation: pick('headTranslation'),
    offsets: pick('offsets'),
    canonicalTexture: pick('canonicalTexture'),
    cameras: cameras.map((camera, c) => ({
      ...camera,
      K: K.slice(c * 9, c * 9 + 9),
      cameraFromWorld: cameraFromWorld.slice(c * 16, c * 16 + 16),
      distortion: camera.distortion.slice(),
    })),
  };
}

function copyCamera(camera: Camera): Camera {
  return {
    ...camera,
    K: camera.K.slice(),
    cameraFromWorld: camera.cameraFromWorld.slice(),
    distortion: camera.distortion.slice(),
  };
}
