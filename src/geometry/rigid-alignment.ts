import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type RigidTransform } from './rigid-transform.js';

export interface RigidAlignmentOptions {
  /** `[N]`, >= 0; default 1 each. */
  weights?: ArrayLike<number>;
  /** Solve for a scale too (a similarity); default false. */
  scale?: boolean;
}

/** `target = scale * rotation * source + translation`. */
export interface RigidAlignment extends RigidTransform {
  scale: number;
  /** Weighted root mean square distance after the alignment, in the target's unit. */
  rms: number;
}

/** Weighted centroid of `[N, 3]` points. */
function centroid(points: ArrayLike<number>, weights: ArrayLike<number>, total: number): number[] {
  const mean = [0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    for (let a = 0; a < 3; a++) mean[a] += (weights[i] / total) * points[i * 3 + a];
  }
  return mean;
}

/**
 * The rotation, translation and (on request) scale that bring source points onto target points, in the weighted least
 * squares sense (Umeyama 1991). A mirrored cloud gets the best proper rotation, never a reflection.
 *
 * @param source `[N, 3]`, N >= 3 and not on one line.
 * @param target `[N, 3]`.
 */
export function alignRigid(
  source: ArrayLike<number>,
  target: ArrayLike<number>,
  { weights = new Float64Array(source.length / 3).fill(1), scale = false }: RigidAlignmentOptions = {},
): RigidAlignment {
  const count = source.length / 3;
  if (target.length !== source.length || weights.length !== count || count < 3) {
    const got = `${source.length}, ${target.length} and ${weights.length} numbers`;
    throw new Error(`alignRigid: expected [N, 3] twice and N weights with N >= 3, got ${got}.`);
  }
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[i];
  if (!(total > 0)) throw new Error(`alignRigid: expected weights with a positive sum, got ${total}.`);
  const sourceMean = centroid(source, weights, total);
  const targetMean = centroid(target, weights, total);
  const covariance = Matrix.zeros(3, 3);
  let sourceVariance = 0;
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < 3; a++) {
      const t = ((target[i * 3 + a] - targetMean[a]) * weights[i]) / total;
      for (let b = 0; b < 3; b++) covariance.set(a, b, covariance.get(a, b) + t * (source[i * 3 + b] - sourceMean[b]));
      sourceVariance += ((source[i * 3 + a] - sourceMean[a]) ** 2 * weights[i]) / total;
    }
  }
  const svd = new SingularValueDecomposition(covariance);
  const singular = svd.diagonal;
  if (!(singular[1] > 1e-12 * singular[0])) {
    throw new Error('alignRigid: expected points that span at least a plane, got points on one line.');
  }
  const [U, V] = [svd.leftSingularVectors, svd.rightSingularVectors];
  const sign = determinant3(U) * determinant3(V) < 0 ? -1 : 1;
  const rotation = new Float64Array(9);
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      rotation[a * 3 + b] = U.get(a, 0) * V.get(b, 0) + U.get(a, 1) * V.get(b, 1) + sign * U.get(a, 2) * V.get(b, 2);
    }
  }
  const factor = scale ? (singular[0] + singular[1] + sign * singular[2]) / sourceVariance : 1;
  const translation = new Float64Array(3);
  for (let a = 0; a < 3; a++) {
    const turned =
      rotation[a * 3] * sourceMean[0] + rotation[a * 3 + 1] * sourceMean[1] + rotation[a * 3 + 2] * sourceMean[2];
    translation[a] = targetMean[a] - factor * turned;
  }
  const alignment = { rotation, translation, scale: factor, rms: 0 };
  const moved = applyAlignment(alignment, source);
  let squares = 0;
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < 3; a++) squares += (weights[i] / total) * (moved[i * 3 + a] - target[i * 3 + a]) ** 2;
  }
  return { ...alignment, rms: Math.sqrt(squares) };
}

function determinant3(m: Matrix): number {
  const [a, b, c] = [m.getRow(0), m.getRow(1), m.getRow(2)];
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

/** Moves `[N, 3]` points by `scale * rotation * point + translation`. */
export function applyAlignment(
  { rotation: R, translation: t, scale }: Pick<RigidAlignment, 'rotation' | 'translation' | 'scale'>,
  points: ArrayLike<number>,
): Float64Array {
  const moved = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    for (let a = 0; a < 3; a++) {
      const turned = R[a * 3] * points[i] + R[a * 3 + 1] * points[i + 1] + R[a * 3 + 2] * points[i + 2];
      moved[i + a] = scale * turned + t[a];
    }
  }
  return moved;
}
