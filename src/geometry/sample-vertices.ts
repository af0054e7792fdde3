import { type SurfacePoints } from './surface-points.js';

/**
 * A stratified subset of the listed vertices as surface points: every k-th in mesh order, which follows the surface.
 *
 * @param faces `[T, 3]`.
 * @param vertices candidates, each part of some triangle.
 * @param count how many at most.
 */
export function sampleVertices(faces: Int32Array, vertices: ArrayLike<number>, count: number): SurfacePoints {
  const stride = Math.max(1, vertices.length / count);
  const chosen = Array.from({ length: Math.min(count, vertices.length) }, (_, k) => vertices[Math.floor(k * stride)]);
  const cornerOf = new Map<number, number>();
  faces.forEach((vertex, corner) => cornerOf.set(vertex, corner));
  const held = chosen.filter((vertex) => cornerOf.has(vertex));
  const barycentric = new Float32Array(held.length * 3);
  const triangles = Int32Array.from(held, (vertex, n) => {
    const corner = cornerOf.get(vertex)!;
    barycentric[n * 3 + (corner % 3)] = 1;
    return Math.floor(corner / 3);
  });
  return { faces: triangles, barycentric };
}
