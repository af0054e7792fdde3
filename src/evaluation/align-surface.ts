import { Matrix, solve } from 'ml-matrix';
import { applyAlignment, type RigidAlignment } from '../geometry/rigid-alignment.js';
import { multiplyRotations, rotationFromAxisAngle } from '../geometry/rotation.js';
import { type NearestSurfacePoints } from '../geometry/nearest-surface-point.js';

/** A rotation, translation and scale: `x -> scale * rotation * x + translation`. */
export type Similarity = Pick<RigidAlignment, 'rotation' | 'translation' | 'scale'>;

export interface AlignSurfaceOptions {
  /** Solve for a scale too; default false. */
  scale?: boolean;
  /** Default 60. */
  iterations?: number;
}

/** Relative to the curvature of free motion. */
const leastDamping = 1e-4;

export function identitySimilarity(): Similarity {
  return { rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), translation: new Float64Array(3), scale: 1 };
}

/**
 * Moves points onto a surface: least sum of squared point-to-surface distances over R, t (and s), by point-to-plane
 * steps (Gauss-Newton on the distance, whose gradient at a point is the direction from its foot, on the surface the
 * normal of the triangle). A step that raises the sum is taken back and damping grows.
 *
 * Distances are meant in the points' own unit, `|s R p + t - q| / s`: else shrinking to one point would be the best fit.
 *
 * @param points `[N, 3]` in their own frame.
 * @param surface nearest points and the triangles' normals `[T, 3]`, in the surface's frame.
 * @param initial points to surface.
 */
export function alignToSurface(
  points: ArrayLike<number>,
  surface: { nearest: (points: ArrayLike<number>) => NearestSurfacePoints; normals: Float64Array },
  initial: Similarity,
  { scale = false, iterations = 60 }: AlignSurfaceOptions = {},
): Similarity {
  let current = initial;
  let moved = applyAlignment(current, points);
  let foot = surface.nearest(moved);
  let cost = squares(foot.distances) / current.scale ** 2;
  let damping = leastDamping;
  for (let k = 0; k < iterations && damping < 1e3; k++) {
    const step = solveStep(moved, foot, surface.normals, scale, damping);
    const next = compose(step, current);
    const nextMoved = applyAlignment(next, points);
    const nextFoot = surface.nearest(nextMoved);
    const nextCost = squares(nextFoot.distances) / next.scale ** 2;
    if (!(nextCost <= cost)) {
      damping *= 30;
      continue;
    }
    const converged = cost - nextCost <= 1e-7 * cost;
    [current, moved, foot, cost] = [next, nextMoved, nextFoot, nextCost];
    damping = Math.max(leastDamping, damping / 10);
    if (converged) break;
  }
  return current;
}

/** `[M, 3]` at most `count` of `[N, 3]` points, evenly in their order. */
export function everyKth(points: ArrayLike<number>, count: number): Float64Array {
  const total = points.length / 3;
  const chosen = Math.min(count, total);
  return Float64Array.from(
    { length: chosen * 3 },
    (_, i) => points[Math.floor((Math.floor(i / 3) * total) / chosen) * 3 + (i % 3)],
  );
}

/** Unit normals of the triangles, from their area vectors `[T, 3]`; zero for an empty triangle. */
export function unitNormals(areaVectors: Float64Array): Float64Array {
  const normals = new Float64Array(areaVectors.length);
  for (let f = 0; f < normals.length; f += 3) {
    const length = Math.hypot(areaVectors[f], areaVectors[f + 1], areaVectors[f + 2]);
    for (let a = 0; a < 3 && length > 0; a++) normals[f + a] = areaVectors[f + a] / length;
  }
  return normals;
}

function squares(distances: Float64Array): number {
  return distances.reduce((sum, distance) => sum + distance * distance, 0);
}

/** `outer` after `inner`. */
function compose(outer: Similarity, inner: Similarity): Similarity {
  return {
    rotation: multiplyRotations(outer.rotation, inner.rotation),
    translation: applyAlignment(outer, inner.translation),
    scale: outer.scale * inner.scale,
  };
}

/** One damped step `x -> e^sigma R(omega) (x - c) + c + tau` about the points' centre c. */
function solveStep(
  points: Float64Array,
  { positions, distances, faces }: NearestSurfacePoints,
  normals: Float64Array,
  scale: boolean,
  damping: number,
): Similarity {
  const count = distances.length;
  const centre = [0, 1, 2].map((axis) => {
    let sum = 0;
    for (let i = axis; i < points.length; i += 3) sum += points[i];
    return sum / count;
  });
  const size = scale ? 7 : 6;
  const hessian = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  const row = new Float64Array(size);
  let spread = 0;
  for (let n = 0; n < count; n++) {
    const i = n * 3;
    const distance = distances[n];
    const direction = (a: number) =>
      distance > 1e-7 ? (points[i + a] - positions[i + a]) / distance : normals[faces[n] * 3 + a];
    const [x, y, z] = [points[i] - centre[0], points[i + 1] - centre[1], points[i + 2] - centre[2]];
    const [nx, ny, nz] = [direction(0), direction(1), direction(2)];
    spread += x * x + y * y + z * z;
    row[0] = y * nz - z * ny;
    row[1] = z * nx - x * nz;
    row[2] = x * ny - y * nx;
    row[3] = nx;
    row[4] = ny;
    row[5] = nz;
    if (scale) row[6] = x * nx + y * ny + z * nz - distance;
    for (let p = 0; p < size; p++) {
      gradient[p] -= row[p] * distance;
      for (let q = 0; q < size; q++) hessian[p * size + q] += row[p] * row[q];
    }
  }
  // Damped by what a point at the cloud's mean distance would weigh: a turn of a sphere then stays where it is.
  const stiffness = [spread, spread, spread, count, count, count, spread];
  for (let p = 0; p < size; p++) hessian[p * size + p] += damping * stiffness[p];
  const step = solve(Matrix.from1DArray(size, size, hessian), Matrix.columnVector(Array.from(gradient))).to1DArray();
  const rotation = rotationFromAxisAngle(step.slice(0, 3));
  const factor = scale ? Math.exp(step[6]) : 1;
  const turned = applyAlignment({ rotation, translation: new Float64Array(3), scale: factor }, centre);
  return {
    rotation,
    scale: factor,
    translation: Float64Array.from(turned, (value, a) => centre[a] + step[3 + a] - value),
  };
}
