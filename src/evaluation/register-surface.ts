import { type HeadModel } from '../flame/head-model.js';
import { createFieldSmoother } from '../flame/registration/smooth-field.js';
import { createSurfacePart } from '../flame/registration/surface-part.js';
import { vertexNormals } from '../geometry/mesh.js';
import { applyAlignment } from '../geometry/rigid-alignment.js';
import { type Similarity } from './align-surface.js';
import { fitShape } from './fit-shape.js';
import { searchPose } from './pose-search.js';

/** How stiff the skin is while it bends onto the mesh, from round to round. */
const stiffnesses = [100, 100, 30, 30, 10, 10, 3, 3, 1, 1];
/** Farthest counterparts on the mesh, metres, and the least cosine between their normals. */
const [farthest, leastCosine] = [0.015, 0.5];

/**
 * Puts a head model onto a mesh of a neutral head of which neither topology nor place is known: pose search, fit of shape
 * and expression, then the skin bends the rest of the way as a stiff field.
 *
 * @param vertices `[V, 3]` the mesh, metres.
 * @param faces `[T, 3]` of it.
 * @returns `[W, 3]` the head model's vertices on the mesh, in its frame.
 */
export function registerToSurface(head: HeadModel, vertices: ArrayLike<number>, faces: Int32Array): Float64Array {
  const pose = searchPose(head, vertices);
  const fit = fitShape(head, applyAlignment(pose, vertices));
  const placed = applyInverse(pose, applyInverse(fit.motion, fit.vertices));
  return bendSkin(head, placed, vertices, faces);
}

/** Moves points back by a rotation and translation. */
function applyInverse({ rotation, translation }: Similarity, points: Float64Array): Float64Array {
  return points.map((_, i) => {
    const [first, a] = [i - (i % 3), i % 3];
    let sum = 0;
    for (let b = 0; b < 3; b++) sum += rotation[b * 3 + a] * (points[first + b] - translation[b]);
    return sum;
  });
}

/** Bends the head's skin onto the nearest points of the mesh that face the same way; what has none follows. */
function bendSkin(head: HeadModel, start: Float64Array, vertices: ArrayLike<number>, faces: Int32Array): Float64Array {
  const positions = start.slice();
  const { skin } = head.regions;
  const isSkin = (v: number) => !skin || skin[v] === 1;
  const own = createSurfacePart(positions, head.faces, isSkin).faces;
  const mesh = createSurfacePart(vertices, faces, () => true);
  const smooth = createFieldSmoother(head.faces, head.vertexCount);
  for (const stiffness of stiffnesses) {
    const normals = vertexNormals(positions, own);
    const match = mesh.match(positions);
    const weights = Float64Array.from({ length: head.vertexCount }, (_, v) => {
      if (!isSkin(v) || match.onRim[v] || match.distances[v] > farthest) return 0;
      const cosine = [0, 1, 2].reduce((sum, a) => sum + match.normals[v * 3 + a] * normals[v * 3 + a], 0);
      return cosine >= leastCosine ? 1 : 0;
    });
    const field = positions.map((value, i) => (weights[Math.floor(i / 3)] > 0 ? match.positions[i] - value : 0));
    smooth(field, weights, stiffness);
    field.forEach((value, i) => (positions[i] += value));
  }
  return positions;
}
