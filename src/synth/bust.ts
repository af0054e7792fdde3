/**
 * A clothed bust below the neck, so that a head does not float: a sheet from the head's lower opening to the shoulders.
 */
export interface Bust {
  /** `[L]` the opening's vertices in order, the first ring of the sheet. */
  opening: Int32Array;
  /** `[R, L, 3]` the lower rings, metres, head frame at rest. */
  rings: Float32Array;
  /** `[B, 3]` triangles over the head's vertices followed by the rings'. */
  faces: Int32Array;
}

/** Half width, half depth and drop of each ring below the opening, metres. */
const RINGS = [
  [0.072, 0.074, 0.012],
  [0.085, 0.08, 0.026],
  [0.125, 0.088, 0.045],
  [0.178, 0.1, 0.072],
  [0.208, 0.11, 0.115],
  [0.222, 0.118, 0.2],
  [0.23, 0.12, 0.36],
];

/** The open sides of a mesh as closed loops of vertices, in the direction of their triangles. */
function boundaryLoops(faces: ArrayLike<number>): number[][] {
  const next = new Map<string, [number, number]>();
  for (let f = 0; f < faces.length; f++) {
    const [a, b] = [faces[f], faces[f % 3 === 2 ? f - 2 : f + 1]];
    if (!next.delete(`${b},${a}`)) next.set(`${a},${b}`, [a, b]);
  }
  const follow = new Map(next.values());
  const loops: number[][] = [];
  while (follow.size > 0) {
    const loop: number[] = [];
    let [vertex] = follow.keys();
    for (let to = follow.get(vertex); to !== undefined; to = follow.get(vertex)) {
      follow.delete(vertex);
      loop.push(vertex);
      vertex = to;
    }
    loops.push(loop);
  }
  return loops;
}

/**
 * Makes the bust of a head, or nothing where the mesh has no opening.
 *
 * @param vertices `[V, 3]` the head at rest, metres, head frame.
 */
export function createBust(vertices: ArrayLike<number>, faces: ArrayLike<number>): Bust | undefined {
  const mean = (loop: number[], axis: number) => loop.reduce((sum, v) => sum + vertices[v * 3 + axis], 0) / loop.length;
  const lowest = boundaryLoops(faces)
    .filter((loop) => loop.length >= 12)
    .sort((a, b) => mean(a, 1) - mean(b, 1))[0];
  if (!lowest) return undefined;
  const [cx, cy, cz] = [0, 1, 2].map((axis) => mean(lowest, axis));
  const count = lowest.length;
  const rings = new Float32Array(RINGS.length * count * 3);
  RINGS.forEach(([halfWidth, halfDepth, drop], r) => {
    lowest.forEach((vertex, i) => {
      const [x, z] = [vertices[vertex * 3] - cx, vertices[vertex * 3 + 2] - cz];
      const radius = Math.hypot(x, z);
      const [dx, dz] = [x / radius, z / radius];
      const reach = Math.max(1 / Math.hypot(dx / halfWidth, dz / halfDepth), radius * (1 + 0.02 * (r + 1)));
      // The opening may slant; the sheet levels out as it falls.
      const slant = (vertices[vertex * 3 + 1] - cy) * Math.max(0, 1 - r / 3);
      rings.set([cx + dx * reach, cy + slant - drop, cz + dz * reach - 0.02 * (r / RINGS.length)], (r * count + i) * 3);
    });
  });
  const vertexCount = vertices.length / 3;
  const at = (ring: number, i: number) =>
    ring === 0 ? lowest[i % count] : vertexCount + (ring - 1) * count + (i % count);
  const sheet: number[] = [];
  for (let ring = 0; ring < RINGS.length; ring++) {
    for (let i = 0; i < count; i++) {
      sheet.push(at(ring, i + 1), at(ring, i), at(ring + 1, i));
      sheet.push(at(ring, i + 1), at(ring + 1, i), at(ring + 1, i + 1));
    }
  }
  return { opening: Int32Array.from(lowest), rings, faces: Int32Array.from(sheet) };
}
