import * as tf from '@tensorflow/tfjs';
import { readsAtOnce } from '../tensor/backend.js';
import { kernelRunsHere } from '../tensor/kernel/kernel.js';
import { type HeadModel } from './head-model.js';
import { fusedJointChain } from './joint-chain.js';
import { tensorJointChain } from './joint-tensors.js';
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
  private readonly fused: boolean;
  private readonly vertices: VertexEngine;
  private readonly jointTemplate: tf.Tensor2D;
  private readonly jointShape: Pair;
  private readonly jointOffsets?: Pair;

  /**
   * @param vertexIds `[n]` vertices to evaluate, in this order.
   * @param offsetVertices `[M]` vertices whose offsets are free.
   * @param fused whether fused kernels take the place of tfjs operations.
   */
  constructor(
    head: HeadModel,
    vertexIds: Int32Array,
    offsetVertices: Int32Array = new Int32Array(0),
    fused = kernelsFit(),
  ) {
    this.head = head;
    this.vertexIds = vertexIds;
    this.fused = fused;
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
      const { jointPose, headRotation, headTranslation, expression } = state;
      const chain = { joints: this.joints(state), jointPose, headRotation, headTranslation };
      const { transforms, local } = (this.fused ? fusedJointChain : tensorJointChain)(this.head.parents, chain);
      const coefficients = this.head.poseBasis ? tf.concat([expression, poseFeatures(local)], 1) : expression;
      return this.vertices.pose(state.shape, state.offsets, coefficients, transforms);
    });
  }

  /** The neutral head `T + B_S beta + offsets` in the head frame, `[3, 1, n]`, metres. */
  neutral({ shape, offsets }: Pick<HeadTensorState, 'shape' | 'offsets'>): tf.Tensor3D {
    return this.vertices.neutral(shape, offsets);
  }

  /** Joint positions of the neutral head, `[J, 3]`. */
  private joints({ shape, offsets }: Pick<HeadTensorState, 'shape' | 'offsets'>): tf.Tensor {
    const joints = tf.add(this.jointTemplate, multiply(shape, this.jointShape)).reshape([-1, 3]);
    if (!offsets || !this.jointOffsets) return joints;
    return tf.add(joints, tf.transpose(multiply(offsets, this.jointOffsets)));
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

/**
 * Pose correctives' features, row by row of `R_j - I` without the root: `[F, 9 (J - 1)]`.
 *
 * @param local `[F, 9 J]`.
 */
function poseFeatures(local: tf.Tensor2D): tf.Tensor2D {
  const [frameCount, width] = local.shape;
  const turned = local.slice([0, 9], [frameCount, width - 9]);
  return tf.sub(turned, tf.tile(tf.eye(3).reshape([1, 9]), [1, width / 9 - 1]));
}
