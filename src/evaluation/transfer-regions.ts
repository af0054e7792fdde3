import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { vertexNormals } from '../geometry/mesh.js';
import { createNearestSurfacePoint } from '../geometry/nearest-surface-point.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { largePieces, seenFromOutside } from './outside-view.js';
import { registerToSurface } from './register-surface.js';
import { headKeyPoints } from './result-sequence.js';

/** Regions and key points on the ground truth's vertices. */
export interface TruthRegions {
  /** name -> `[V]` 0 or 1. */
  regions: Record<string, Uint8Array>;
  keyPoints: SurfacePoints;
}

/** The regions of the paper's table. */
export const regionNames = ['face', 'mouth', 'nose', 'eyes', 'ears'];

/** A vertex farther than this from the registered head belongs to no region, metres. */
const farthest = 0.02;

/**
 * The head model's regions and key points on a mesh of another topology: the head is registered to the mesh, each vertex
 * takes the regions of the nearest point of the head's surface (those that hold more than half of its barycentric
 * weight). What cannot be seen from outside (inner mouth) is in no region, nor are small pieces of their own (eyeballs,
 * lashes), nor what lies nearest to the head's eyeballs, teeth or inner mouth.
 *
 * @param vertices `[V, 3]` a neutral frame, metres.
 */
export function transferRegions(
  head: HeadModel,
  vertices: ArrayLike<number>,
  faces: Int32Array,
  names: string[] = regionNames.filter((name) => head.regions[name]),
): TruthRegions {
  const registered = registerToSurface(head, vertices, faces);
  const nearest = createNearestSurfacePoint(registered, head.faces)(vertices);
  const outside = seenFromOutside(vertices, faces);
  const large = largePieces(vertices, faces, outside);
  const normals = vertexNormals(vertices, faces);
  const found = interpolateSurface(vertexNormals(registered, head.faces), 3, head.faces, nearest);
  const counts = Array.from(outside, (seen, v) => {
    const cosine = [0, 1, 2].reduce((sum, a) => sum + normals[v * 3 + a] * found[v * 3 + a], 0);
    return seen === 1 && large[v] === 1 && nearest.distances[v] <= farthest && cosine > 0;
  });
  const regions = names.map((name): [string, Uint8Array] => {
    const share = interpolateSurface(head.regions[name], 1, head.faces, nearest);
    return [name, Uint8Array.from(share, (value, v) => (counts[v] && value > 0.5 ? 1 : 0))];
  });
  const keys = interpolateSurface(registered, 3, head.faces, headKeyPoints(head));
  const { faces: triangles, barycentric } = createNearestSurfacePoint(vertices, faces)(keys);
  return { regions: Object.fromEntries(regions), keyPoints: { faces: triangles, barycentric } };
}
