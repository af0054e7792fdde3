import { rotationFromAxisAngle, multiplyRotations } from '../geometry/rotation.js';
import { type HeadModel } from './head-model.js';

/** One head: what differs from the template. Absent parts are zero. */
export interface HeadState {
  /** `[S]`. */
  shape?: ArrayLike<number>;
  /** `[E]`. */
  expression?: ArrayLike<number>;
  /** `[J, 3]` axis-angle, radians. */
  jointPose?: ArrayLike<number>;
  /** `[V, 3]` metres, added before skinning. */
  offsets?: ArrayLike<number>;
}

/** Adds `sum_k coefficients[k] basis[k]` to `vertices`. */
function addBlend(vertices: Float64Array, basis: Float32Array, coefficients: ArrayLike<number>): void {
  const size = vertices.length;
  for (let k = 0; k < coefficients.length; k++) {
    const c = coefficients[k];
    if (c === 0) continue;
    const row = basis.subarray(k * size, (k + 1) * size);
    for (let i = 0; i < size; i++) vertices[i] += c * row[i];
  }
}

/**
 * The unposed head: `T + B_S beta + offsets` (math.md section 2 before expression and pose).
 *
 * @returns `[V, 3]`, metres, head frame.
 */
export function shapeHead(head: HeadModel, { shape = [], offsets }: HeadState): Float64Array {
  const vertices = Float64Array.from(head.template);
  addBlend(vertices, head.shape.basis, shape);
  if (offsets) for (let i = 0; i < vertices.length; i++) vertices[i] += offsets[i];
  return vertices;
}

/** Joint positions `[J, 3]` of a shaped head: regressor x vertices. */
export function regressJoints(head: HeadModel, shaped: ArrayLike<number>): Float64Array {
  const joints = new Float64Array(head.parents.length * 3);
  const { vertexCount, jointRegressor } = head;
  for (let j = 0; j < head.parents.length; j++) {
    for (let v = 0; v < vertexCount; v++) {
      const weight = jointRegressor[j * vertexCount + v];
      if (weight === 0) continue;
      for (let axis = 0; axis < 3; axis++) joints[j * 3 + axis] += weight * shaped[v * 3 + axis];
    }
  }
  return joints;
}

/** Local rotations `[J]` and, by the kinematic chain, each joint's skinning transform: rotation and translation. */
function jointTransforms(head: HeadModel, joints: Float64Array, jointPose: ArrayLike<number>) {
  const local = Array.from(head.parents, (_, j) =>
    rotationFromAxisAngle([jointPose[j * 3] ?? 0, jointPose[j * 3 + 1] ?? 0, jointPose[j * 3 + 2] ?? 0]),
  );
  const rotations: Float64Array[] = [];
  const positions: number[][] = [];
  const translations = local.map((rotation, j) => {
    const parent = head.parents[j];
    const joint = joints.subarray(j * 3, j * 3 + 3);
    rotations[j] = parent < 0 ? rotation : multiplyRotations(rotations[parent], rotation);
    const from = parent < 0 ? [0, 0, 0] : joints.subarray(parent * 3, parent * 3 + 3);
    const bone = [0, 1, 2].map((axis) => joint[axis] - from[axis]);
    positions[j] =
      parent < 0 ? bone : [0, 1, 2].map((row) => positions[parent][row] + dotRow(rotations[parent], row, bone));
    return [0, 1, 2].map((row) => positions[j][row] - dotRow(rotations[j], row, joint));
  });
  return { local, rotations, translations };
}

function dotRow(matrix: ArrayLike<number>, row: number, vector: ArrayLike<number>): number {
  return matrix[row * 3] * vector[0] + matrix[row * 3 + 1] * vector[1] + matrix[row * 3 + 2] * vector[2];
}

/**
 * The head model's forward pass in plain arrays and double precision (math.md section 2; FLAME, Li et al. 2017).
 *
 * Serves rendering, synthesis and exports; the differentiable twin for autodiff is `head-tensors.ts`, and a test
 * holds the two together.
 *
 * @returns `[V, 3]`, metres, head frame.
 */
export function poseHead(head: HeadModel, state: HeadState): Float32Array {
  const { expression = [], jointPose = [] } = state;
  const vertices = shapeHead(head, state);
  const joints = regressJoints(head, vertices);
  const { local, rotations, translations } = jointTransforms(head, joints, jointPose);
  addBlend(vertices, head.expression.basis, expression);
  if (head.poseBasis) {
    const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const features = local.slice(1).flatMap((rotation) => Array.from(rotation, (value, k) => value - identity[k]));
    addBlend(vertices, head.poseBasis, features);
  }
  const jointCount = head.parents.length;
  const posed = new Float32Array(vertices.length);
  for (let v = 0; v < head.vertexCount; v++) {
    for (let j = 0; j < jointCount; j++) {
      const weight = head.skinningWeights[v * jointCount + j];
      if (weight === 0) continue;
      const point = vertices.subarray(v * 3, v * 3 + 3);
      for (let row = 0; row < 3; row++) {
        posed[v * 3 + row] += weight * (dotRow(rotations[j], row, point) + translations[j][row]);
      }
    }
  }
  return posed;
}
