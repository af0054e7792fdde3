import type * as tf from '@tensorflow/tfjs';
import { type HeadModel } from './head-model.js';

/**
 * Turns coefficients and joint transforms into positions of a list of n vertices; S shape coefficients, K those that
 * vary by frame (expression, then pose correctives), M free offset vertices.
 */
export interface VertexEngine {
  /**
   * World positions `[3, F, n]`, metres.
   *
   * @param shape `[1, S]`.
   * @param offsets `[3, M]` metres.
   * @param coefficients `[F, K]`.
   * @param transforms `[F, 12, J]`: rows of each joint's `[R | t]`, head pose included.
   */
  pose(shape: tf.Tensor, offsets: tf.Tensor | undefined, coefficients: tf.Tensor, transforms: tf.Tensor): tf.Tensor3D;
  /** Template, shape and offsets `[3, 1, n]`, metres. */
  neutral(shape: tf.Tensor, offsets: tf.Tensor | undefined): tf.Tensor3D;
  dispose(): void;
}

/** Expression basis, then pose correctives where the model has them: `[K, V, 3]`. */
export function frameBasis({ expression, poseBasis }: HeadModel): { count: number; basis: Float32Array } {
  if (!poseBasis) return expression;
  const basis = new Float32Array(expression.basis.length + poseBasis.length);
  basis.set(expression.basis);
  basis.set(poseBasis, expression.basis.length);
  return { count: (expression.count * basis.length) / expression.basis.length, basis };
}

/** `[n]` row of the free vertex that stands at each place of the list, -1 where the vertex is not free. */
export function offsetRows(offsetVertices: Int32Array, vertexIds: Int32Array): Int32Array {
  const rows = new Map(Array.from(offsetVertices, (vertex, m) => [vertex, m]));
  return vertexIds.map((vertex) => rows.get(vertex) ?? -1);
}
