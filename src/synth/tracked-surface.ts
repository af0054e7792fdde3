import { type HeadModel } from '../flame/head-model.js';
import { dualMesh, type SurfaceMesh } from '../geometry/dual-mesh.js';

/** `own`: the head's own triangles; `dual`: others that share no side with them. */
export type TrackedTopology = 'own' | 'dual';

/** The skin as a capture's tracker delivers it: a mesh on the head's surface without eyeballs and the mouth's inside. */
export function trackedSurface(
  { faces, regions }: Pick<HeadModel, 'faces' | 'regions'>,
  topology: TrackedTopology,
): SurfaceMesh {
  const skin = (triangle: number) =>
    !regions.skin || [0, 1, 2].every((k) => regions.skin[faces[triangle * 3 + k]] === 1);
  const triangles = Int32Array.from({ length: faces.length / 3 }, (_, triangle) => triangle).filter(skin);
  return topology === 'dual' ? dualMesh(faces, triangles) : ownMesh(faces, triangles);
}

/** Some triangles of a mesh, their vertices numbered anew in their old order. */
function ownMesh(faces: Int32Array, triangles: Int32Array): SurfaceMesh {
  const corners = new Map<number, number>();
  for (const triangle of triangles) {
    for (let k = 0; k < 3; k++) {
      const vertex = faces[triangle * 3 + k];
      if (!corners.has(vertex)) corners.set(vertex, triangle * 3 + k);
    }
  }
  const kept = [...corners].sort(([a], [b]) => a - b);
  const number = new Map(kept.map(([vertex], n) => [vertex, n]));
  const barycentric = new Float32Array(kept.length * 3);
  kept.forEach(([, corner], n) => (barycentric[n * 3 + (corner % 3)] = 1));
  return {
    points: { faces: Int32Array.from(kept, ([, corner]) => Math.floor(corner / 3)), barycentric },
    faces: Int32Array.from([...triangles].flatMap((t) => [0, 1, 2].map((k) => number.get(faces[t * 3 + k])!))),
  };
}
