import * as tf from '@tensorflow/tfjs';
import { plainMatMul, rotationMatrices } from '../tensor/safe-math.js';
import { type HeadModel } from './head-model.js';

/** The parameters of the forward pass as tensors; F frames, M free offset vertices. */
export interface HeadTensorState {
  /** `[1, S]`. */
  shape: tf.Tensor2D;
  /** `[F, E]`. */
  expression: tf.Tensor2D;
  /** `[F, J, 3]` axis-angle, radians. */
  jointPose: tf.Tensor3D;
  /** `[F, 3, 3]` and `[F, 3]`: the head pose, head to world. */
  headRotation: tf.Tensor3D;
  headTranslation: tf.Tensor2D;
  /** `[3, M]` metres; absent without free offsets. */
  offsets?: tf.Tensor2D;
}

type Pair = { plain: tf.Tensor2D; transposed: tf.Tensor2D };
const axes = [0, 1, 2] as const;

/**
 * The head model's forward pass in tfjs (math.md section 2), for a list of vertices.
 *
 * Layout: coordinates are separate planes, `[3, F, n]`, so that blending is a plain matrix product, skinning and
 * projection are element-wise, and no gather stands on the gradient path. The list may repeat vertices.
 */
export class HeadTensors {
  readonly vertexIds: Int32Array;
  private readonly head: HeadModel;
  private readonly template: tf.Tensor2D[];
  private readonly shapeBasis: Pair[];
  private readonly expressionBasis: Pair[];
  private readonly poseBasis?: Pair[];
  private readonly offsetBasis?: Pair;
  private readonly weights: Pair;
  private readonly jointTemplate: tf.Tensor2D;
  private readonly jointShape: Pair;
  private readonly jointOffsets?: Pair;

  /**
   * @param vertexIds `[n]` vertices to evaluate, in this order.
   * @param offsetVertices `[M]` vertices whose offsets are free.
   */
  constructor(head: HeadModel, vertexIds: Int32Array, offsetVertices: Int32Array = new Int32Array(0)) {
    this.head = head;
    this.vertexIds = vertexIds;
    this.template = axes.map((axis) =>
      tf.tensor2d(pick(head.template, 1, head.vertexCount, vertexIds, axis), [1, vertexIds.length]),
    );
    this.shapeBasis = basisPlanes(head.shape.basis, head.shape.count, head.vertexCount, vertexIds);
    this.expressionBasis = basisPlanes(head.expression.basis, head.expression.count, head.vertexCount, vertexIds);
    const jointCount = head.parents.length;
    if (head.poseBasis) this.poseBasis = basisPlanes(head.poseBasis, 9 * (jointCount - 1), head.vertexCount, vertexIds);
    const weights = new Float32Array(jointCount * vertexIds.length);
    vertexIds.forEach((vertex, i) => {
      for (let j = 0; j < jointCount; j++)
        weights[j * vertexIds.length + i] = head.skinningWeights[vertex * jointCount + j];
    });
    this.weights = pair(weights, jointCount, vertexIds.length);
    const joints = regressBasis(head, head.template, 1);
    this.jointTemplate = tf.tensor2d(joints, [1, jointCount * 3]);
    this.jointShape = pair(regressBasis(head, head.shape.basis, head.shape.count), head.shape.count, jointCount * 3);
    if (offsetVertices.length > 0) {
      this.offsetBasis = pair(oneHot(offsetVertices, vertexIds), offsetVertices.length, vertexIds.length);
      const regressor = Float32Array.from(
        { length: offsetVertices.length * jointCount },
        (_, k) => head.jointRegressor[(k % jointCount) * head.vertexCount + offsetVertices[Math.floor(k / jointCount)]],
      );
      this.jointOffsets = pair(regressor, offsetVertices.length, jointCount);
    }
  }

  /** World positions `[3, F, n]`, metres. */
  pose(state: HeadTensorState): tf.Tensor3D {
    return tf.tidy(() => {
      const frameCount = state.expression.shape[0];
      const local = rotationMatrices(state.jointPose.reshape([-1, 3]) as tf.Tensor2D);
      const unposed = axes.map((axis) => {
        let plane: tf.Tensor = tf.add(
          this.neutralPlane(axis, state),
          multiply(state.expression, this.expressionBasis[axis]),
        );
        if (this.poseBasis) plane = tf.add(plane, multiply(poseFeatures(local, frameCount), this.poseBasis[axis]));
        return plane;
      });
      const transforms = this.jointTransforms(local, state);
      const blended = (k: number) => multiply(transforms[k], this.weights);
      const planes = axes.map((row) => {
        const linear = axes.map((column) => tf.mul(blended(row * 4 + column), unposed[column]));
        return tf.add(tf.add(linear[0], linear[1]), tf.add(linear[2], blended(row * 4 + 3)));
      });
      return tf.stack(planes, 0) as tf.Tensor3D;
    });
  }

  /** The neutral head `T + B_S beta + offsets` in the head frame, `[3, 1, n]`, metres. */
  neutral(state: Pick<HeadTensorState, 'shape' | 'offsets'>): tf.Tensor3D {
    return tf.tidy(
      () =>
        tf.stack(
          axes.map((axis) => this.neutralPlane(axis, state)),
          0,
        ) as tf.Tensor3D,
    );
  }

  private neutralPlane(axis: 0 | 1 | 2, { shape, offsets }: Pick<HeadTensorState, 'shape' | 'offsets'>): tf.Tensor {
    const shaped = tf.add(this.template[axis], multiply(shape, this.shapeBasis[axis]));
    if (!offsets || !this.offsetBasis) return shaped;
    return tf.add(shaped, multiply(offsets.slice([axis, 0], [1, -1]), this.offsetBasis));
  }

  /** Head pose times joint transforms: 12 tensors `[F, J]`, the rows of `[R | t]`. */
  private jointTransforms(local: tf.Tensor3D, state: HeadTensorState): tf.Tensor2D[] {
    const { parents } = this.head;
    const jointCount = parents.length;
    const frameCount = state.expression.shape[0];
    let joints: tf.Tensor = tf.add(this.jointTemplate, multiply(state.shape, this.jointShape)).reshape([jointCount, 3]);
    if (state.offsets && this.jointOffsets) {
      joints = tf.add(joints, tf.transpose(multiply(state.offsets, this.jointOffsets)));
    }
    const ones = tf.ones([frameCount, 1, 1]);
    const at = (j: number) => tf.mul(joints.slice([j, 0], [1, 3]).reshape([1, 3, 1]), ones) as tf.Tensor3D;
    const byFrame = local.reshape([frameCount, jointCount * 9]);
    const rotations: tf.Tensor3D[] = [];
    const positions: tf.Tensor[] = [];
    const columns = Array.from(parents, (parent, j) => {
      const own = byFrame.slice([0, j * 9], [frameCount, 9]).reshape([frameCount, 3, 3]) as tf.Tensor3D;
      const above = parent < 0 ? state.headRotation : rotations[parent];
      rotations[j] = tf.matMul(above, own) as tf.Tensor3D;
      const bone = parent < 0 ? at(j) : (tf.sub(at(j), at(parent)) as tf.Tensor3D);
      const base = parent < 0 ? state.headTranslation.reshape([frameCount, 3, 1]) : positions[parent];
      positions[j] = tf.add(base, tf.matMul(above, bone));
      const translation = tf.sub(positions[j], tf.matMul(rotations[j], at(j)));
      return tf.concat([rotations[j], translation as tf.Tensor3D], 2).reshape([frameCount, 12, 1]) as tf.Tensor3D;
    });
    const stacked = tf.concat(columns, 2);
    return tf.split(stacked, 12, 1).map((part) => part.reshape([frameCount, jointCount]) as tf.Tensor2D);
  }

  dispose(): void {
    const pairs = [
      ...this.shapeBasis,
      ...this.expressionBasis,
      ...(this.poseBasis ?? []),
      this.weights,
      this.jointShape,
    ];
    for (const extra of [this.offsetBasis, this.jointOffsets]) if (extra) pairs.push(extra);
    tf.dispose([
      this.template,
      this.jointTemplate,
      ...pairs.map(({ plain }) => plain),
      ...pairs.map(({ transposed }) => transposed),
    ]);
  }
}

function multiply(left: tf.Tensor, { plain, transposed }: Pair): tf.Tensor2D {
  return plainMatMul(left as tf.Tensor2D, plain, transposed);
}

function pair(values: Float32Array, rows: number, columns: number): Pair {
  const plain = tf.tensor2d(values, [rows, columns]);
  return { plain, transposed: tf.transpose(plain) };
}

/** One coordinate of the listed vertices of `count` meshes `[count, V, 3]`: `[count, n]`. */
function pick(
  meshes: Float32Array,
  count: number,
  vertexCount: number,
  vertexIds: Int32Array,
  axis: number,
): Float32Array {
  const plane = new Float32Array(count * vertexIds.length);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < vertexIds.length; i++) {
      plane[k * vertexIds.length + i] = meshes[(k * vertexCount + vertexIds[i]) * 3 + axis];
    }
  }
  return plane;
}

function basisPlanes(basis: Float32Array, count: number, vertexCount: number, vertexIds: Int32Array): Pair[] {
  return axes.map((axis) => pair(pick(basis, count, vertexCount, vertexIds, axis), count, vertexIds.length));
}

/** Joint positions of each mesh of a basis: `[count, J * 3]`. */
function regressBasis(head: HeadModel, meshes: Float32Array, count: number): Float32Array {
  const jointCount = head.parents.length;
  const joints = new Float32Array(count * jointCount * 3);
  for (let j = 0; j < jointCount; j++) {
    for (let v = 0; v < head.vertexCount; v++) {
      const weight = head.jointRegressor[j * head.vertexCount + v];
      if (weight === 0) continue;
      for (let k = 0; k < count; k++) {
        for (const axis of axes)
          joints[(k * jointCount + j) * 3 + axis] += weight * meshes[(k * head.vertexCount + v) * 3 + axis];
      }
    }
  }
  return joints;
}

/** `[M, n]`: 1 where a listed vertex is the free vertex of that row. */
function oneHot(offsetVertices: Int32Array, vertexIds: Int32Array): Float32Array {
  const row = new Map(Array.from(offsetVertices, (vertex, m) => [vertex, m]));
  const matrix = new Float32Array(offsetVertices.length * vertexIds.length);
  vertexIds.forEach((vertex, i) => {
    const m = row.get(vertex);
    if (m !== undefined) matrix[m * vertexIds.length + i] = 1;
  });
  return matrix;
}

/** Pose correctives' features, row by row of `R_j - I` without the root: `[F, 9 (J - 1)]`. */
function poseFeatures(local: tf.Tensor3D, frameCount: number): tf.Tensor {
  const features = tf.sub(local, tf.eye(3).reshape([1, 3, 3])).reshape([frameCount, -1]);
  return features.slice([0, 9], [frameCount, -1]);
}
