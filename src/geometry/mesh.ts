/** Plain triangle-mesh quantities; vertices `[V, 3]` metres, faces `[T, 3]` counter-clockwise from outside. */

/**
 * Area vectors of the triangles: half the cross product of two edges, pointing outwards.
 *
 * @returns `[T, 3]`, square metres.
 */
export function faceAreaVectors(vertices: ArrayLike<number>, faces: ArrayLike<number>): Float64Array {
  const areas = new Float64Array(faces.length);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [faces[f] * 3, faces[f + 1] * 3, faces[f + 2] * 3];
    const [ux, uy, uz] = [
      vertices[b] - vertices[a],
      vertices[b + 1] - vertices[a + 1],
      vertices[b + 2] - vertices[a + 2],
    ];
    const [vx, vy, vz] = [
      vertices[c] - vertices[a],
      vertices[c + 1] - vertices[a + 1],
      vertices[c + 2] - vertices[a + 2],
    ];
    areas[f] = (uy * vz - uz * vy) / 2;
    areas[f + 1] = (uz * vx - ux * vz) / 2;
    areas[f + 2] = (ux * vy - uy * vx) / 2;
  }
  return areas;
}

/** Areas of the triangles, `[T]`, square metres. */
export function faceAreas(vertices: ArrayLike<number>, faces: ArrayLike<number>): Float64Array {
  const vectors = faceAreaVectors(vertices, faces);
  return Float64Array.from({ length: faces.length / 3 }, (_, f) =>
    Math.hypot(vectors[f * 3], vectors[f * 3 + 1], vectors[f * 3 + 2]),
  );
}

/**
 * Area-weighted unit normals of the vertices; zero for a vertex without triangles.
 *
 * @returns `[V, 3]`, outwards.
 */
export function vertexNormals(vertices: ArrayLike<number>, faces: ArrayLike<number>): Float32Array {
  const sums = new Float64Array(vertices.length);
  const areas = faceAreaVectors(vertices, faces);
  for (let f = 0; f < faces.length; f++) {
    const [vertex, face] = [faces[f] * 3, f - (f % 3)];
    sums[vertex] += areas[face];
    sums[vertex + 1] += areas[face + 1];
    sums[vertex + 2] += areas[face + 2];
  }
  const normals = new Float32Array(vertices.length);
  for (let v = 0; v < vertices.length; v += 3) {
    const length = Math.sqrt(sums[v] ** 2 + sums[v + 1] ** 2 + sums[v + 2] ** 2);
    if (length === 0) continue;
    for (let a = 0; a < 3; a++) normals[v + a] = sums[v + a] / length;
  }
  return normals;
}

/**
 * The mesh's edges, each once.
 *
 * @returns `[E, 2]` vertex indices, the smaller first, sorted.
 */
export function uniqueEdges(faces: ArrayLike<number>): Int32Array {
  let vertexCount = 0;
  for (let f = 0; f < faces.length; f++) vertexCount = Math.max(vertexCount, faces[f] + 1);
  const keys = new Set<number>();
  for (let f = 0; f < faces.length; f++) {
    const [a, b] = [faces[f], faces[f % 3 === 2 ? f - 2 : f + 1]];
    keys.add(Math.min(a, b) * vertexCount + Math.max(a, b));
  }
  const sorted = Float64Array.from(keys).sort();
  const edges = new Int32Array(sorted.length * 2);
  sorted.forEach((key, e) => {
    edges[e * 2] = Math.floor(key / vertexCount);
    edges[e * 2 + 1] = key % vertexCount;
  });
  return edges;
}
