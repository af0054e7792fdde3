import { type BlendBasis } from '../../flame/head-model.js';

export interface BasisStatistics {
  names?: string[];
  sigma?: number;
  lower?: number;
  upper?: number;
}

/** Blend-shape units: each from 0 to 1, with the deviation that the open head's units have. */
export const unitStatistics = { sigma: 0.3, lower: 0, upper: 1 };

/**
 * Units carried over from another model. Without slack at both ends they cannot take up what the person's rest differs
 * from the template's: on the photographs of docs/weights.md it is worth half a pixel in two.
 */
export const transferredStatistics = { sigma: 0.3, lower: -0.25, upper: 1.25 };

/** A basis whose coefficients share their statistics; standard normal and unbounded unless told otherwise. */
export function blendBasis(
  basis: Float32Array,
  vertexCount: number,
  { names, sigma = 1, lower = -Infinity, upper = Infinity }: BasisStatistics = {},
): BlendBasis {
  const count = basis.length / (3 * vertexCount);
  const fill = (value: number) => new Float32Array(count).fill(value);
  return { count, basis, names, mean: fill(0), sigma: fill(sigma), lower: fill(lower), upper: fill(upper) };
}

/**
 * Components `[from, to)` of a basis stored with the component last.
 *
 * @param values `[V, 3, stored]`.
 * @returns `[to - from, V, 3]`.
 */
export function componentsFirst(values: ArrayLike<number>, stored: number, from = 0, to = stored): Float32Array {
  const size = values.length / stored;
  const result = new Float32Array((to - from) * size);
  for (let i = 0; i < size; i++) {
    for (let k = from; k < to; k++) result[(k - from) * size + i] = values[i * stored + k];
  }
  return result;
}
