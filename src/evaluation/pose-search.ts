import { type HeadModel } from '../flame/head-model.js';
import { faceAreaVectors } from '../geometry/mesh.js';
import { createNearestSurfacePoint } from '../geometry/nearest-surface-point.js';
import { applyAlignment } from '../geometry/rigid-alignment.js';
import { multiplyRotations, rotationFromAxisAngle } from '../geometry/rotation.js';
import { alignToSurface, everyKth, type Similarity, unitNormals } from './align-surface.js';

/** Points of the mesh that take part in the search from every start, and in the end. */
const [fewPoints, manyPoints] = [100, 400];
/** Steps from each start, starts that are followed to the end, and steps there. */
const [shortSearch, followed, longSearch] = [8, 5, 40];

/** Rotations that leave no other farther than some 35 degrees: the cube's, each also turned by 45 degrees about an axis. */
function rotationStarts(): Float64Array[] {
  const quarter = Math.PI / 2;
  const faces = [
    [0, 0, 0],
    [quarter, 0, 0],
    [-quarter, 0, 0],
    [2 * quarter, 0, 0],
    [0, quarter, 0],
    [0, -quarter, 0],
  ].map(rotationFromAxisAngle);
  const spins = [0, 1, 2, 3].map((k) => rotationFromAxisAngle([0, 0, k * quarter]));
  const tilts = [
    [0, 0, 0],
    [quarter / 2, 0, 0],
    [0, quarter / 2, 0],
    [0, 0, quarter / 2],
  ].map(rotationFromAxisAngle);
  return tilts.flatMap((tilt) =>
    faces.flatMap((face) => spins.map((spin) => multiplyRotations(tilt, multiplyRotations(face, spin)))),
  );
}

/** Middle of the box around points, `[3]`. */
function boxCentre(points: ArrayLike<number>): number[] {
  return [0, 1, 2].map((axis) => {
    let [lower, upper] = [Infinity, -Infinity];
    for (let i = axis; i < points.length; i += 3) {
      lower = Math.min(lower, points[i]);
      upper = Math.max(upper, points[i]);
    }
    return (lower + upper) / 2;
  });
}

/**
 * Finds a head in a mesh of one, without any landmark: many starts of an iterative closest point search, the box's
 * middles on one another; the few best are followed to the end, that with the least mean distance wins.
 *
 * @param points `[N, 3]` vertices of the mesh, metres.
 * @returns from the mesh to the head model's frame.
 */
export function searchPose(head: HeadModel, points: ArrayLike<number>): Similarity {
  const [few, many] = [everyKth(points, fewPoints), everyKth(points, manyPoints)];
  const nearest = createNearestSurfacePoint(head.template, head.faces);
  const surface = { nearest, normals: unitNormals(faceAreaVectors(head.template, head.faces)) };
  const [centre, target] = [boxCentre(points), boxCentre(head.template)];
  const follow = (pose: Similarity, sample: Float64Array, iterations: number) => {
    const found = alignToSurface(sample, surface, pose, { iterations });
    const { distances } = nearest(applyAlignment(found, sample));
    return { found, distance: distances.reduce((sum, distance) => sum + distance, 0) / distances.length };
  };
  const starts = rotationStarts().map((rotation): Similarity => {
    const turned = applyAlignment({ rotation, translation: new Float64Array(3), scale: 1 }, centre);
    return { rotation, scale: 1, translation: Float64Array.from(target, (value, a) => value - turned[a]) };
  });
  const best = starts.map((start) => follow(start, few, shortSearch)).sort((a, b) => a.distance - b.distance);
  const ends = best.slice(0, followed).map(({ found }) => follow(found, many, longSearch));
  return ends.reduce((least, end) => (end.distance < least.distance ? end : least)).found;
}
