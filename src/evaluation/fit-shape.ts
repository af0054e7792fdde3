import { Matrix, solve } from 'ml-matrix';
import { type HeadModel } from '../flame/head-model.js';
import { createNearestSurfacePoint } from '../geometry/nearest-surface-point.js';
import { applyAlignment } from '../geometry/rigid-alignment.js';
import { multiplyRotations, rotationFromAxisAngle } from '../geometry/rotation.js';
import { everyKth, identitySimilarity, type Similarity } from './align-surface.js';

const rounds = 16;
/** Points that take part, and how far one may be off, metres. */
const [pointCount, sigma] = [1500, 0.003];
/** Independent observations that those points are worth against the priors: neighbours are off together. */
const effectiveCount = 300;
/** Distances beyond which a point counts little: this much at first, metres, less in each round, down to one sigma. */
const [firstReach, reachShrink] = [0.02, 0.75];

/** A coefficient of the neutral shape or of the expression. */
interface Coefficient {
  /** `[V, 3]` displacement for 1, metres. */
  row: Float32Array;
  mean: number;
  sigma: number;
  lower: number;
  upper: number;
}

function coefficientsOf({ shape, expression }: HeadModel): Coefficient[] {
  return [shape, expression].flatMap(({ count, basis, mean, sigma: spread, lower, upper }) => {
    const size = basis.length / count;
    return Array.from({ length: count }, (_, k) => ({
      row: basis.subarray(k * size, (k + 1) * size),
      mean: mean[k],
      sigma: spread[k],
      lower: lower[k],
      upper: upper[k],
    }));
  });
}

function blend({ template }: HeadModel, coefficients: Coefficient[], values: number[]): Float64Array {
  const vertices = Float64Array.from(template);
  coefficients.forEach(({ row }, k) => {
    if (values[k] !== 0) row.forEach((value, i) => (vertices[i] += values[k] * value));
  });
  return vertices;
}

/**
 * Fits the shape and expression of a head model, joints at rest, and a small rigid motion to the vertices of a mesh that
 * lies on it roughly: least sum of robust squared distances to the surface (Geman-McClure) and priors.
 *
 * @param points `[N, 3]` metres, head frame.
 * @returns `[V, 3]` the model's vertices, and the motion of the points.
 */
export function fitShape(head: HeadModel, points: ArrayLike<number>): { vertices: Float64Array; motion: Similarity } {
  const coefficients = coefficientsOf(head);
  const values = coefficients.map(({ mean }) => mean);
  const sample = everyKth(points, pointCount);
  let motion = identitySimilarity();
  for (let round = 0; round < rounds; round++) {
    const moved = applyAlignment(motion, sample);
    const reach = Math.max(sigma, firstReach * reachShrink ** round);
    const step = solveRound(head, coefficients, values, moved, reach);
    const rotation = rotationFromAxisAngle(step.slice(0, 3));
    const turn = { rotation, translation: Float64Array.from(step.slice(3, 6)), scale: 1 };
    motion = {
      rotation: multiplyRotations(rotation, motion.rotation),
      translation: applyAlignment(turn, motion.translation),
      scale: 1,
    };
    coefficients.forEach(({ lower, upper }, k) => {
      values[k] = Math.min(upper, Math.max(lower, values[k] + step[6 + k]));
    });
  }
  return { vertices: blend(head, coefficients, values), motion };
}

/** One Gauss-Newton step: rotation 3, translation 3 of the points, then the coefficients. */
function solveRound(
  head: HeadModel,
  coefficients: Coefficient[],
  values: number[],
  points: Float64Array,
  reach: number,
): number[] {
  const size = 6 + coefficients.length;
  const vertices = blend(head, coefficients, values);
  const { faces, barycentric, positions, distances } = createNearestSurfacePoint(vertices, head.faces)(points);
  const [hessian, gradient, jacobian] = [new Float64Array(size * size), new Float64Array(size), new Float64Array(size)];
  const share = effectiveCount / distances.length / sigma ** 2;
  for (let n = 0; n < distances.length; n++) {
    const distance = distances[n];
    if (distance < 1e-9) continue;
    const [x, y, z] = [points[n * 3], points[n * 3 + 1], points[n * 3 + 2]];
    const [dx, dy, dz] = [0, 1, 2].map((a) => (points[n * 3 + a] - positions[n * 3 + a]) / distance);
    jacobian.set([y * dz - z * dy, z * dx - x * dz, x * dy - y * dx, dx, dy, dz]);
    jacobian.fill(0, 6);
    for (let corner = 0; corner < 3; corner++) {
      const [at, weight] = [head.faces[faces[n] * 3 + corner] * 3, barycentric[n * 3 + corner]];
      coefficients.forEach(({ row }, k) => {
        jacobian[6 + k] -= weight * (row[at] * dx + row[at + 1] * dy + row[at + 2] * dz);
      });
    }
    addObservation(hessian, gradient, jacobian, distance, share / (1 + (distance / reach) ** 2) ** 2);
  }
  coefficients.forEach(({ mean, sigma: spread }, k) => {
    hessian[(6 + k) * (size + 1)] += 1 / spread ** 2;
    gradient[6 + k] -= (values[k] - mean) / spread ** 2;
  });
  // A head that lies on the mesh exactly has no curvature left: it stays where it is.
  for (let p = 0; p < 6; p++) hessian[p * (size + 1)] += (1e-6 * effectiveCount) / sigma ** 2;
  for (let p = 0; p < size; p++) {
    for (let q = 0; q < p; q++) hessian[q * size + p] = hessian[p * size + q];
  }
  return solve(Matrix.from1DArray(size, size, hessian), Matrix.columnVector(Array.from(gradient))).to1DArray();
}

/** Adds `weight J^T J` to the lower triangle and `-weight J^T r` to the gradient. */
function addObservation(
  hessian: Float64Array,
  gradient: Float64Array,
  jacobian: Float64Array,
  residual: number,
  weight: number,
): void {
  const size = jacobian.length;
  for (let p = 0; p < size; p++) {
    const weighted = weight * jacobian[p];
    gradient[p] -= weighted * residual;
    for (let q = 0; q <= p; q++) hessian[p * size + q] += weighted * jacobian[q];
  }
}
