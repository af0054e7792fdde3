import * as tf from '@tensorflow/tfjs';
import { plainMatMul } from '../tensor/safe-math.js';
import { type HeadModel } from './head-model.js';
import { frameBasis, offsetRows, type VertexEngine } from './vertex-engine.js';

/** A constant right-hand side and its transpose. */
export type Pair = { plain: tf.Tensor2D; transposed: tf.Tensor2D };
const axes = [0, 1, 2] as const;

/**
 * Blend shapes, pose correctives and skinning in tfjs operations: for backends on a graphics card.
 *
 * Coordinates are separate planes, so that blending is a plain matrix product, skinning is element-wise, and no gather
 * stands on the gradient path.
 */
export class VertexTensors implements VertexEngine {
  private readonly template: tf.Tensor2D[];
  private readonly shapeBasis: Pair[];
  private readonly frameBasis: Pair[];
  private readonly offsetBasis?: Pair;
  private readonly weights: Pair;
  private readonly jointCount: number;

  constructor(head: HeadModel, vertexIds: Int32Array, offsetVertices: Int32Array) {
    const n = vertexIds.length;
    const varying = frameBasis(head);
    this.jointCount = head.parents.length;
    this.template = axes.map((axis) => tf.tensor2d(pick(head.template, 1, head.vertexCount, vertexIds, axis), [1, n]));
    this.shapeBasis = basisPlanes(head.shape.basis, head.shape.count, head.vertexCount, vertexIds);
    this.frameBasis = basisPlanes(varying.basis, varying.count, head.vertexCount, vertexIds);
    const weights = new Float32Array(this.jointCount * n);
    vertexIds.forEach((vertex, i) => {
      for (let j = 0; j < this.jointCount; j++) {
        weights[j * n + i] = head.skinningWeights[vertex * this.jointCount + j];
      }
    });
    this.weights = pair(weights, this.jointCount, n);
    if (offsetVertices.length > 0) {
      const oneHot = new Float32Array(offsetVertices.length * n);
      offsetRows(offsetVertices, vertexIds).forEach((m, i) => {
        if (m >= 0) oneHot[m * n + i] = 1;
      });
      this.offsetBasis = pair(oneHot, offsetVertices.length, n);
    }
  }

  pose(shape: tf.Tensor, offsets: tf.Tensor | undefined, coefficients: tf.Tensor, transforms: tf.Tensor): tf.Tensor3D {
    return tf.tidy(() => {
      const unposed = axes.map((axis) =>
        tf.add(this.neutralPlane(axis, shape, offsets), multiply(coefficients, this.frameBasis[axis])),
      );
      const rows = tf.split(transforms, 12, 1).map((row) => row.reshape([-1, this.jointCount]));
      const blended = (k: number) => multiply(rows[k], this.weights);
      const planes = axes.map((row) => {
        const linear = axes.map((column) => tf.mul(blended(row * 4 + column), unposed[column]));
        return tf.add(tf.add(linear[0], linear[1]), tf.add(linear[2], blended(row * 4 + 3)));
      });
      return tf.stack(planes, 0) as tf.Tensor3D;
    });
  }

  neutral(shape: tf.Tensor, offsets: tf.Tensor | undefined): tf.Tensor3D {
    return tf.tidy(() => {
      const planes = axes.map((axis) => this.neutralPlane(axis, shape, offsets));
      return tf.stack(planes, 0) as tf.Tensor3D;
    });
  }

  dispose(): void {
    const pairs = [
      ...this.shapeBasis,
      ...this.frameBasis,
      this.weights,
      ...(this.offsetBasis ? [this.offsetBasis] : []),
    ];
    tf.dispose([this.template, ...pairs.flatMap(({ plain, transposed }) => [plain, transposed])]);
  }

  private neutralPlane(axis: 0 | 1 | 2, shape: tf.Tensor, offsets: tf.Tensor | undefined): tf.Tensor {
    const shaped = tf.add(this.template[axis], multiply(shape, this.shapeBasis[axis]));
    if (!offsets || !this.offsetBasis) return shaped;
    return tf.add(shaped, multiply(offsets.slice([axis, 0], [1, -1]), this.offsetBasis));
  }
}

/** `left` times a constant. */
export function multiply(left: tf.Tensor, { plain, transposed }: Pair): tf.Tensor2D {
  return plainMatMul(left as tf.Tensor2D, plain, transposed);
}

export function pair(values: Float32Array, rows: number, columns: number): Pair {
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
