import * as tf from '@tensorflow/tfjs';
import { readsAtOnce } from '../tensor/backend.js';
import { kernelRunsHere } from '../tensor/kernel/kernel.js';
import { rotationMatrices } from '../tensor/safe-math.js';
import { type HeadModel } from './head-model.js';
import { type VertexEngine } from './vertex-engine.js';
import { VertexKernel } from './vertex-kernel.js';
import { multiply, pair, type Pair, VertexTensors } from './vertex-tensors.js';

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

const axes = [0, 1, 2] as const;

/**
 * The head model's forward pass in tfjs (math.md section 2), for a list of vertices.
 *
 * Layout: coordinates are separate planes, `[3, F, n]`, so that projection and energy terms are element-wise and no
 * gather stands on the gradient path. The list may repeat vertices.
 */
export class HeadTensors {
  readonly vertexIds: Int32Array;
  private readonly head: HeadModel;
  private readonly vertices: VertexEngine;
  private readonly jointTemplate: tf.Tensor2D;
  private readonly jointShape: Pair;
  private readonly jointOffsets?: Pair;

  /**
   * @param vertexIds `[n]` vertices to evaluate, in this order.
   * @param offsetVertices `[M]` vertices whose offsets are free.
   * @param fused whether the vertices are computed by one fused kernel instead of tfjs operations.
   */
  constructor(
    head: HeadModel,
    vertexIds: Int32Array,
    offsetVertices: Int32Array = new Int32Array(0),
    fused = kernelsFit(),
  ) {
    this.head = head;
    this.vertexIds = vertexIds;
    const Engine = fused ? VertexKernel : VertexTensors;
    this.vertices = new Engine(head, vertexIds, offsetVertices);
    const jointCount = head.parents.length;
    const joints = regressBasis(head, head.template, 1);
    this.jointTemplate = tf.tensor2d(joints, [1, jointCount * 3]);
    this.jointShape = pair(regressBasis(head, head.shape.basis, head.shape.count), head.shape.count, jointCount * 3);
    if (offsetVertices.length > 0) {
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
      const coefficients = this.head.poseBasis
        ? tf.concat([state.expression, poseFeatures(local, frameCount)], 1)
        : state.expression;
      return this.vertices.pose(state.shape, state.offsets, coefficients, this.jointTransforms(local, state));
    });
  }

  /** The neutral head `T + B_S beta + offsets` in the head frame, `[3, 1, n]`, metres. */
  neutral({ shape, offsets }: Pick<HeadTensorState, 'shape' | 'offsets'>): tf.Tensor3D {
    return this.vertices.neutral(shape, offsets);
  }

  /** Head pose times joint transforms: `[F, 12, J]`, the rows of `[R | t]`. */
  private jointTransforms(local: tf.Tensor3D, state: HeadTensorState): tf.Tensor3D {
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
    return tf.concat(columns, 2);
  }

  dispose(): void {
    this.vertices.dispose();
    const pairs = [this.jointShape, ...(this.jointOffsets ? [this.jointOffsets] : [])];
    tf.dispose([this.jointTemplate, ...pairs.flatMap(({ plain, transposed }) => [plain, transposed])]);
  }
}

/** Whether tensors can be read where they are made and a fused kernel runs: then it is the faster way. */
export function kernelsFit(): boolean {
  return readsAtOnce() && kernelRunsHere();
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

/** Pose correctives' features, row by row of `R_j - I` without the root: `[F, 9 (J - 1)]`. */
function poseFeatures(local: tf.Tensor3D, frameCount: number): tf.Tensor2D {
  const features = tf.sub(local, tf.eye(3).reshape([1, 3, 3])).reshape([frameCount, -1]);
  return features.slice([0, 9], [frameCount, -1]) as tf.Tensor2D;
}
