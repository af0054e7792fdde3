import * as tf from '@tensorflow/tfjs';
import { type ParameterName } from '../energies/energy-term.js';
import { type Camera } from '../geometry/camera.js';
import {
  axisAngleFromRotation,
  multiplyRotations,
  rotationFromAxisAngle,
  transposeRotation,
} from '../geometry/rotation.js';
import { copyParameters, type FitParameters } from './parameters.js';
import { type Problem } from './problem.js';

/** The unknowns as tensors; rotations and cameras as increments on the base parameters. */
export interface UnknownTensors {
  shape: tf.Tensor2D;
  expression: tf.Tensor2D;
  jointPose: tf.Tensor3D;
  /** `[F, 3]`: the head turns by `R_base exp(headTurn)`. */
  headTurn: tf.Tensor2D;
  headTranslation: tf.Tensor2D;
  offsets?: tf.Tensor2D;
  cameraMotion: tf.Tensor2D;
  logFocal: tf.Tensor2D;
  canonicalTexture?: tf.Tensor2D;
}

/** One block of numbers that AdamW moves. */
export interface UnknownBlock {
  name: keyof UnknownTensors;
  parameter: ParameterName;
  shape: number[];
  values: Float64Array;
  /** Metres, radians or coefficients for a unit of the optimiser, so that one learning rate fits all blocks. */
  unit: number;
  /** 1 where the number is free. */
  free: Float64Array;
  lower?: Float64Array;
  upper?: Float64Array;
}

/**
 * The problem's unknowns as flat blocks, each with the optimiser's unit, its free entries and its bounds.
 *
 * Increments (head turn, camera motion, log focal length) start at zero: `foldUnknowns` puts them into the parameters.
 */
export function unknownBlocks(problem: Problem, base: FitParameters): UnknownBlock[] {
  const { head, times, cameras, offsetVertices, freeJoints, freeCameras } = problem;
  const [F, C, J, M] = [times.length, cameras.length, head.parents.length, offsetVertices.length];
  const ones = (length: number) => new Float64Array(length).fill(1);
  const repeat = (values: Float32Array) =>
    Float64Array.from({ length: F * values.length }, (_, i) => values[i % values.length]);
  const block = (
    name: UnknownBlock['name'],
    parameter: ParameterName,
    shape: number[],
    values: Float64Array,
    unit: number,
    free = ones(values.length),
  ): UnknownBlock => ({ name, parameter, shape, values: values.slice(), unit, free });
  const offsets = new Float64Array(3 * M);
  offsetVertices.forEach((vertex, m) => {
    for (let axis = 0; axis < 3; axis++) offsets[axis * M + m] = base.offsets[vertex * 3 + axis];
  });
  const motion = relativeMotion(problem, base);
  const blocks = [
    {
      ...block('shape', 'shape', [1, head.shape.count], base.shape, 1),
      lower: Float64Array.from(head.shape.lower),
      upper: Float64Array.from(head.shape.upper),
    },
    {
      ...block('expression', 'expression', [F, head.expression.count], base.expression, 1),
      lower: repeat(head.expression.lower),
      upper: repeat(head.expression.upper),
    },
    block(
      'jointPose',
      'jointPose',
      [F, J, 3],
      base.jointPose,
      1,
      Float64Array.from({ length: F * J * 3 }, (_, i) => freeJoints[Math.floor(i / 3) % J]),
    ),
    block('headTurn', 'headPose', [F, 3], new Float64Array(F * 3), 1),
    block('headTranslation', 'headPose', [F, 3], base.headTranslation, 0.2),
    block(
      'cameraMotion',
      'cameras',
      [6, C],
      motion.cameraMotion,
      0.2,
      Float64Array.from({ length: 6 * C }, (_, i) => freeCameras[i % C]),
    ),
    block(
      'logFocal',
      'focal',
      [1, C],
      motion.logFocal,
      1,
      Float64Array.from(problem.focalGroups, (group) => (group >= 0 ? 1 : 0)),
    ),
  ];
  if (M > 0) blocks.push(block('offsets', 'offsets', [3, M], offsets, 0.01));
  const texels = base.canonicalTexture.length / 3;
  if (texels > 0) {
    const planes = base.canonicalTexture.map(
      (_, i) => base.canonicalTexture[(i % texels) * 3 + Math.floor(i / texels)],
    );
    blocks.push(block('canonicalTexture', 'canonicalTexture', [3, texels], planes, 0.05));
  }
  return blocks;
}

/** The unknowns at given parameters and back: cameras are measured from the problem's own, `x_cam = exp(w) (R x + t) + tau`. */
function relativeMotion(
  problem: Problem,
  { cameras }: FitParameters,
): { cameraMotion: Float64Array; logFocal: Float64Array } {
  const C = cameras.length;
  const cameraMotion = new Float64Array(6 * C);
  const logFocal = new Float64Array(C);
  problem.cameras.forEach((initial, c) => {
    const turn = multiplyRotations(rotationOf(cameras[c]), transposeRotation(rotationOf(initial)));
    const w = axisAngleFromRotation(turn);
    for (let axis = 0; axis < 3; axis++) {
      const t0 = [3, 7, 11].map((k) => initial.cameraFromWorld[k]);
      const turned = turn[axis * 3] * t0[0] + turn[axis * 3 + 1] * t0[1] + turn[axis * 3 + 2] * t0[2];
      cameraMotion[axis * C + c] = w[axis];
      cameraMotion[(axis + 3) * C + c] = cameras[c].cameraFromWorld[axis * 4 + 3] - turned;
    }
    logFocal[c] = Math.log(cameras[c].K[0] / initial.K[0]);
  });
  return { cameraMotion, logFocal };
}

function rotationOf({ cameraFromWorld: m }: Camera): Float64Array {
  return Float64Array.of(m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]);
}

/** Makes the blocks' values tensors, for one evaluation of the objective. */
export function unknownTensors(blocks: UnknownBlock[]): UnknownTensors {
  return Object.fromEntries(
    blocks.map(({ name, values, shape }) => [name, tf.tensor(Float32Array.from(values), shape)]),
  ) as unknown as UnknownTensors;
}

/** The parameters at the blocks' values. */
export function foldUnknowns(problem: Problem, base: FitParameters, blocks: UnknownBlock[]): FitParameters {
  const folded = copyParameters(base);
  const values = (name: UnknownBlock['name']) =>
    blocks.find((block) => block.name === name)?.values ?? new Float64Array(0);
  folded.shape.set(values('shape'));
  folded.expression.set(values('expression'));
  folded.jointPose.set(values('jointPose'));
  folded.headTranslation.set(values('headTranslation'));
  const turns = values('headTurn');
  for (let f = 0; f < problem.times.length; f++) {
    const turn = rotationFromAxisAngle(turns.subarray(f * 3, f * 3 + 3));
    folded.headRotation.set(multiplyRotations(base.headRotation.subarray(f * 9, f * 9 + 9), turn), f * 9);
  }
  const offsets = values('offsets');
  const M = problem.offsetVertices.length;
  problem.offsetVertices.forEach((vertex, m) => {
    for (let axis = 0; axis < 3; axis++) folded.offsets[vertex * 3 + axis] = offsets[axis * M + m];
  });
  const texture = values('canonicalTexture');
  const texels = texture.length / 3;
  texture.forEach((value, i) => (folded.canonicalTexture[(i % texels) * 3 + Math.floor(i / texels)] = value));
  folded.cameras = problem.cameras.map((camera, c) =>
    movedCamera(camera, c, values('cameraMotion'), values('logFocal')),
  );
  return folded;
}

function movedCamera(camera: Camera, c: number, motion: Float64Array, logFocal: Float64Array): Camera {
  const C = logFocal.length;
  const turn = rotationFromAxisAngle([motion[c], motion[C + c], motion[2 * C + c]]);
  const rotation = multiplyRotations(turn, rotationOf(camera));
  const cameraFromWorld = camera.cameraFromWorld.slice();
  for (let row = 0; row < 3; row++) {
    cameraFromWorld.set(rotation.subarray(row * 3, row * 3 + 3), row * 4);
    const turned = [0, 1, 2].reduce((sum, k) => sum + turn[row * 3 + k] * camera.cameraFromWorld[k * 4 + 3], 0);
    cameraFromWorld[row * 4 + 3] = turned + motion[(row + 3) * C + c];
  }
  const K = camera.K.slice();
  for (const k of [0, 1, 4]) K[k] *= Math.exp(logFocal[c]);
  return { ...camera, K, cameraFromWorld };
}
