import { type SurfacePoints } from './surface-points.js';

/**
 * Interpolates a quantity of the vertices (positions, normals, colours, UVs) at points of the surface.
 *
 * @param values `[V, width]`.
 * @param faces `[T, 3]`; triangle -1 gives NaN.
 * @returns `[N, width]`.
 */
export function interpolateSurface(
  values: ArrayLike<number>,
  width: number,
  faces: ArrayLike<number>,
  points: SurfacePoints,
): Float32Array {
  const count = points.faces.length;
  const result = new Float32Array(count * width);
  for (let n = 0; n < count; n++) {
    const face = points.faces[n];
    for (let a = 0; a < width; a++) {
      let sum = face < 0 ? NaN : 0;
      for (let corner = 0; corner < 3 && face >= 0; corner++) {
        sum += points.barycentric[n * 3 + corner] * values[faces[face * 3 + corner] * width + a];
      }
      result[n * width + a] = sum;
    }
  }
  return result;
}
