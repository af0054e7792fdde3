import * as tf from '@tensorflow/tfjs';
import { multiplyRotations, rotationFromAxisAngle, transposeRotation } from '../geometry/rotation.js';
import { leftJacobian } from '../geometry/rotation-jacobian.js';

/** What moves the joints, F frames and J joints: `joints` `[J, 3]` metres, `jointPose` `[F, J, 3]` axis-angle, and the head to world. */
export interface ChainState<T> {
  joints: T;
  jointPose: T;
  /** `[F, 3, 3]` and `[F, 3]`. */
  headRotation: T;
  headTranslation: T;
}

/** One frame's joints: own rotation, rotation to world and posed position of each. */
interface PosedChain {
  local: Float64Array[];
  rotation: Float64Array[];
  position: Float64Array[];
}

/**
 * Head pose times joint transforms in one loop behind `tf.customGrad`, in double precision: for backends whose tensors
 * can be read at once, where it takes the place of hundreds of operations on tiny tensors.
 *
 * @param parents `[J]`, parents before children.
 * @returns `transforms` `[F, 12, J]`, rows of each joint's `[R | t]`, and `local` `[F, 9 J]`, each joint's own rotation.
 */
export function fusedJointChain(parents: Int32Array, state: ChainState<tf.Tensor>) {
  const [J, F] = [parents.length, state.jointPose.shape[0]];
  const width = 21 * J;
  const chain = tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    save(given as tf.Tensor[]);
    const values = read(given as tf.Tensor[]);
    const rows = new Float32Array(F * width);
    for (let f = 0; f < F; f++) writeChain(poseChain(parents, values, f), values.joints, rows.subarray(f * width));
    return {
      value: tf.tensor2d(rows, [F, width]),
      gradFunc: (upstream, saved) => {
        const tensors = saved as tf.Tensor[];
        const inputs = read(tensors);
        const gradient = read(tensors, () => 0);
        const wanted = (upstream as tf.Tensor).dataSync();
        for (let f = 0; f < F; f++) addGradient(parents, inputs, f, wanted.subarray(f * width), gradient);
        return Object.values(gradient).map((block, k) => tf.tensor(Float32Array.from(block), tensors[k].shape));
      },
    };
  });
  const rows = chain(state.joints, state.jointPose, state.headRotation, state.headTranslation) as tf.Tensor2D;
  return {
    transforms: rows.slice([0, 0], [F, 12 * J]).reshape([F, 12, J]) as tf.Tensor3D,
    local: rows.slice([0, 12 * J], [F, 9 * J]) as tf.Tensor2D,
  };
}

function read(tensors: tf.Tensor[], change = (value: number) => value): ChainState<Float64Array> {
  const [joints, jointPose, headRotation, headTranslation] = tensors.map((tensor) =>
    Float64Array.from(tensor.dataSync() as Float32Array, change),
  );
  return { joints, jointPose, headRotation, headTranslation };
}

function poseChain(parents: Int32Array, state: ChainState<Float64Array>, f: number): PosedChain {
  const { joints, jointPose, headTranslation } = state;
  const head = state.headRotation.subarray(f * 9, f * 9 + 9);
  const chain: PosedChain = { local: [], rotation: [], position: [] };
  parents.forEach((parent, j) => {
    const angles = (f * parents.length + j) * 3;
    const above = parent < 0 ? head : chain.rotation[parent];
    const base = parent < 0 ? headTranslation.subarray(f * 3, f * 3 + 3) : chain.position[parent];
    chain.local[j] = rotationFromAxisAngle(jointPose.subarray(angles, angles + 3));
    chain.rotation[j] = multiplyRotations(above, chain.local[j]);
    const offset = apply(above, bone(joints, parent, j));
    chain.position[j] = offset.map((value, axis) => value + base[axis]);
  });
  return chain;
}

/** Transforms `[12, J]`, then local rotations `[J, 9]`. */
function writeChain({ local, rotation, position }: PosedChain, joints: Float64Array, row: Float32Array): void {
  const J = local.length;
  for (let j = 0; j < J; j++) {
    const moved = apply(rotation[j], joints.subarray(j * 3, j * 3 + 3));
    for (let k = 0; k < 12; k++) {
      const axis = k >> 2;
      row[k * J + j] = k % 4 < 3 ? rotation[j][axis * 3 + (k % 4)] : position[j][axis] - moved[axis];
    }
    row.set(local[j], 12 * J + 9 * j);
  }
}

/** Adds one frame's part of the gradient, from the children up. */
function addGradient(
  parents: Int32Array,
  state: ChainState<Float64Array>,
  f: number,
  wanted: ArrayLike<number>,
  gradient: ChainState<Float64Array>,
): void {
  const J = parents.length;
  const { local, rotation } = poseChain(parents, state, f);
  const byRotation = Array.from(parents, () => new Float64Array(9));
  const byPosition = Array.from(parents, () => new Float64Array(3));
  for (let j = J - 1; j >= 0; j--) {
    const shift = Float64Array.from({ length: 3 }, (_, axis) => wanted[(axis * 4 + 3) * J + j]);
    for (let k = 0; k < 9; k++) {
      const row = Math.floor(k / 3);
      byRotation[j][k] += wanted[(row * 4 + (k % 3)) * J + j] - shift[row] * state.joints[j * 3 + (k % 3)];
    }
    add(byPosition[j], shift);
    add(gradient.joints.subarray(j * 3), apply(transposeRotation(rotation[j]), shift), -1);
    const parent = parents[j];
    const head = state.headRotation.subarray(f * 9, f * 9 + 9);
    const above = parent < 0 ? head : rotation[parent];
    const inverse = transposeRotation(above);
    const byBone = apply(inverse, byPosition[j]);
    add(gradient.joints.subarray(j * 3), byBone);
    if (parent >= 0) add(gradient.joints.subarray(parent * 3), byBone, -1);
    const byAbove = parent < 0 ? gradient.headRotation.subarray(f * 9) : byRotation[parent];
    add(byAbove, multiplyRotations(byRotation[j], transposeRotation(local[j])));
    const length = bone(state.joints, parent, j);
    byPosition[j].forEach((value, row) => length.forEach((at, column) => (byAbove[row * 3 + column] += value * at)));
    add(parent < 0 ? gradient.headTranslation.subarray(f * 3) : byPosition[parent], byPosition[j]);
    const byLocal = multiplyRotations(inverse, byRotation[j]);
    byLocal.forEach((_, k) => (byLocal[k] += wanted[12 * J + 9 * j + k]));
    const angles = (f * J + j) * 3;
    const turn = multiplyRotations(byLocal, transposeRotation(local[j]));
    const axial = Float64Array.of(turn[7] - turn[5], turn[2] - turn[6], turn[3] - turn[1]);
    const jacobian = leftJacobian(state.jointPose.subarray(angles, angles + 3));
    add(gradient.jointPose.subarray(angles), apply(transposeRotation(jacobian), axial));
  }
}

/** From the parent to the joint; the root's is its own position. */
function bone(joints: Float64Array, parent: number, j: number): Float64Array {
  return Float64Array.from([0, 1, 2], (axis) => joints[j * 3 + axis] - (parent < 0 ? 0 : joints[parent * 3 + axis]));
}

function apply(m: ArrayLike<number>, v: ArrayLike<number>): Float64Array {
  return Float64Array.from([0, 3, 6], (row) => m[row] * v[0] + m[row + 1] * v[1] + m[row + 2] * v[2]);
}

function add(sum: Float64Array, values: Float64Array, factor = 1): void {
  values.forEach((value, k) => (sum[k] += factor * value));
}
