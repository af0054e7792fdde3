import { createNearestSurfacePoint, type NearestSurfacePoints } from '../../geometry/nearest-surface-point.js';
import { vertexNormals } from '../../geometry/mesh.js';

/** Nearest points of a part of a mesh, and what tells whether they are counterparts. */
export interface PartMatch extends NearestSurfacePoints {
  /** `[N, 3]` unit normals of the surface there. */
  normals: Float64Array;
  /** `[N]` 1 where the nearest point lies on the part's rim, beyond which there is nothing. */
  onRim: Uint8Array;
}

/**
 * Prepares a part of a mesh for matching.
 *
 * @param vertices `[V, 3]`.
 * @param faces `[T, 3]` of the whole mesh; triangle numbers in the answers are its own.
 * @param inside `[V]` the part: triangles whose three vertices are in it.
 */
export function createSurfacePart(
  vertices: ArrayLike<number>,
  faces: Int32Array,
  inside: (vertex: number) => boolean,
): { faces: Int32Array; match: (points: ArrayLike<number>) => PartMatch } {
  const triangles: number[] = [];
  for (let f = 0; f < faces.length; f += 3) {
    if (inside(faces[f]) && inside(faces[f + 1]) && inside(faces[f + 2])) triangles.push(f / 3);
  }
  const own = Int32Array.from(triangles.flatMap((f) => [faces[f * 3], faces[f * 3 + 1], faces[f * 3 + 2]]));
  let nearest: ReturnType<typeof createNearestSurfacePoint> | undefined;
  const vertexNormal = vertexNormals(vertices, own);
  const rim = rimVertices(own, vertices.length / 3);
  return {
    faces: own,
    match(points) {
      nearest ??= createNearestSurfacePoint(vertices, own);
      const found = nearest(points);
      const count = found.faces.length;
      const normals = new Float64Array(count * 3);
      const onRim = new Uint8Array(count);
      for (let n = 0; n < count; n++) {
        let rimWeight = 0;
        for (let corner = 0; corner < 3; corner++) {
          const [weight, vertex] = [found.barycentric[n * 3 + corner], own[found.faces[n] * 3 + corner]];
          if (rim[vertex]) rimWeight += weight;
          for (let a = 0; a < 3; a++) normals[n * 3 + a] += weight * vertexNormal[vertex * 3 + a];
        }
        onRim[n] = rimWeight > 0.999 ? 1 : 0;
        const length = Math.hypot(normals[n * 3], normals[n * 3 + 1], normals[n * 3 + 2]) || 1;
        for (let a = 0; a < 3; a++) normals[n * 3 + a] /= length;
        found.faces[n] = triangles[found.faces[n]];
      }
      return { ...found, normals, onRim };
    },
  };
}

/** Vertices of edges that one triangle alone has. */
function rimVertices(faces: Int32Array, vertexCount: number): Uint8Array {
  const edges = new Map<number, number>();
  const keyOf = (f: number) => {
    const [a, b] = [faces[f], faces[f % 3 === 2 ? f - 2 : f + 1]];
    return Math.min(a, b) * vertexCount + Math.max(a, b);
  };
  for (let f = 0; f < faces.length; f++) edges.set(keyOf(f), (edges.get(keyOf(f)) ?? 0) + 1);
  const rim = new Uint8Array(vertexCount);
  for (const [key, count] of edges) {
    if (count > 1) continue;
    rim[Math.floor(key / vertexCount)] = 1;
    rim[key % vertexCount] = 1;
  }
  return rim;
}
