import { uniqueEdges } from '../../geometry/mesh.js';

/** Sweeps over the mesh that one solution takes. */
const sweeps = 120;

/**
 * Prepares the smoothing of displacements known at some vertices of a mesh: the field s that minimises
 * `sum_i w_i |s_i - d_i|^2 + stiffness sum_edges |s_i - s_j|^2`, by Gauss-Seidel sweeps.
 *
 * @param faces `[T, 3]`.
 */
export function createFieldSmoother(faces: Int32Array, vertexCount: number) {
  const edges = uniqueEdges(faces);
  const degree = new Int32Array(vertexCount + 1);
  for (const vertex of edges) degree[vertex + 1]++;
  for (let v = 0; v < vertexCount; v++) degree[v + 1] += degree[v];
  const starts = degree;
  const filled = starts.slice();
  const neighbours = new Int32Array(edges.length);
  for (let e = 0; e < edges.length; e += 2) {
    neighbours[filled[edges[e]]++] = edges[e + 1];
    neighbours[filled[edges[e + 1]]++] = edges[e];
  }
  /**
   * @param field `[V, 3]` d; replaced by s.
   * @param weights `[V]` w.
   */
  return (field: Float64Array, weights: ArrayLike<number>, stiffness: number): void => {
    const wanted = field.slice();
    for (let sweep = 0; sweep < sweeps; sweep++) {
      for (let step = 0; step < vertexCount; step++) {
        // Forth and back, so that nothing is carried along the vertices' order.
        const v = sweep % 2 ? vertexCount - 1 - step : step;
        const count = starts[v + 1] - starts[v];
        const total = weights[v] + stiffness * count;
        if (total === 0) continue;
        for (let a = 0; a < 3; a++) {
          let sum = weights[v] * wanted[v * 3 + a];
          for (let k = starts[v]; k < starts[v + 1]; k++) sum += stiffness * field[neighbours[k] * 3 + a];
          field[v * 3 + a] = sum / total;
        }
      }
    }
  };
}
