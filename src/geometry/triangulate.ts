import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type Camera } from './camera.js';

/** Points seen by several cameras, in space. */
export interface Triangulation {
  /** `[N, 3]` metres, world frame; NaN where fewer than two cameras see the point in front of them. */
  points: Float64Array;
  /** `[N]` metres: root mean variance over the axes, from the observations' sigmas; Infinity where there is no point. */
  sigma: Float64Array;
  /** `[N]` root mean square reprojection residual, in sigmas; NaN where there is no point. */
  residual: Float64Array;
}

/** Row-major `[3, 4]` K times world-to-camera: pixels of homogeneous world points. */
function projectionMatrix({ K, cameraFromWorld: m }: Camera): Float64Array {
  const P = new Float64Array(12);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 4; column++) {
      for (let k = 0; k < 3; k++) P[row * 4 + column] += K[row * 3 + k] * m[k * 4 + column];
    }
  }
  return P;
}

interface Observation {
  P: Float64Array;
  x: number;
  y: number;
  sigma: number;
}

/** Direct linear transform: the null direction of the stacked `x P3 - P1`, `y P3 - P2`, rows at unit length. */
function linearPoint(views: Observation[]): Float64Array {
  const system = Matrix.zeros(Math.max(4, views.length * 2), 4);
  views.forEach(({ P, x, y, sigma }, i) => {
    for (const [row, at, value] of [
      [0, x, 0],
      [1, y, 4],
    ]) {
      const equation = [0, 1, 2, 3].map((k) => at * P[8 + k] - P[value + k]);
      const scale = sigma * Math.hypot(equation[0], equation[1], equation[2]);
      equation.forEach((entry, k) => system.set(i * 2 + row, k, entry / scale));
    }
  });
  const V = new SingularValueDecomposition(system, { computeLeftSingularVectors: false }).rightSingularVectors;
  return Float64Array.of(V.get(0, 3) / V.get(3, 3), V.get(1, 3) / V.get(3, 3), V.get(2, 3) / V.get(3, 3));
}

/** Gauss-Newton system of the reprojection residuals, in sigmas; undefined where the point is behind a camera. */
function normalEquations(views: Observation[], point: Float64Array) {
  const H = Matrix.zeros(3, 3);
  const g = Matrix.zeros(3, 1);
  let cost = 0;
  for (const { P, x, y, sigma } of views) {
    const at = (row: number) => P[row] * point[0] + P[row + 1] * point[1] + P[row + 2] * point[2] + P[row + 3];
    const depth = at(8);
    if (!(depth > 0)) return undefined;
    for (const [row, observed] of [
      [0, x],
      [4, y],
    ]) {
      const predicted = at(row) / depth;
      const residual = (predicted - observed) / sigma;
      const jacobian = [0, 1, 2].map((k) => (P[row + k] - predicted * P[8 + k]) / (depth * sigma));
      cost += residual * residual;
      for (let a = 0; a < 3; a++) {
        g.set(a, 0, g.get(a, 0) + jacobian[a] * residual);
        for (let b = 0; b < 3; b++) H.set(a, b, H.get(a, b) + jacobian[a] * jacobian[b]);
      }
    }
  }
  return { H, g, cost };
}

/** Inverse of a symmetric positive `[3, 3]` matrix through its SVD; undefined where it is singular. */
function inverse3(H: Matrix): Matrix | undefined {
  const svd = new SingularValueDecomposition(H);
  return svd.diagonal[2] > 1e-14 * svd.diagonal[0] ? svd.inverse() : undefined;
}

/** One point: linear start, then Gauss-Newton on the reprojection error; undefined where the views do not fix it. */
function triangulatePoint(views: Observation[]) {
  if (views.length < 2) return undefined;
  const point = linearPoint(views);
  let system = normalEquations(views, point);
  for (let iteration = 0; iteration < 3 && system; iteration++) {
    const inverse = inverse3(system.H);
    if (!inverse) return undefined;
    const step = inverse.mmul(system.g);
    const moved = point.map((value, a) => value - step.get(a, 0));
    const next = normalEquations(views, moved);
    if (!next || next.cost > system.cost) break;
    point.set(moved);
    system = next;
  }
  const covariance = system && inverse3(system.H);
  if (!system || !covariance) return undefined;
  const sigma = Math.sqrt(covariance.trace() / 3);
  return { point, sigma, residual: Math.sqrt(system.cost / (views.length * 2)) };
}

/**
 * Triangulates points from two or more calibrated cameras: weighted DLT, refined on the reprojection error.
 *
 * @param cameras `[C]`.
 * @param pixels `[C, N, 2]`, undistorted.
 * @param sigma `[C, N]` pixels; 0 where the camera does not see the point. Default 1 everywhere.
 */
export function triangulate(
  cameras: Camera[],
  pixels: ArrayLike<number>,
  sigma: ArrayLike<number> = new Float64Array(pixels.length / 2).fill(1),
): Triangulation {
  const count = pixels.length / 2 / cameras.length;
  if (cameras.length < 2) throw new Error(`triangulate: expected at least 2 cameras, got ${cameras.length}.`);
  if (!Number.isInteger(count) || sigma.length * 2 !== pixels.length) {
    const got = `${pixels.length} and ${sigma.length} numbers for ${cameras.length} cameras`;
    throw new Error(`triangulate: expected pixels [C, N, 2] and sigma [C, N], got ${got}.`);
  }
  const projections = cameras.map(projectionMatrix);
  const points = new Float64Array(count * 3).fill(NaN);
  const deviations = new Float64Array(count).fill(Infinity);
  const residual = new Float64Array(count).fill(NaN);
  for (let n = 0; n < count; n++) {
    const views: Observation[] = [];
    projections.forEach((P, c) => {
      const i = c * count + n;
      if (sigma[i] > 0) views.push({ P, x: pixels[i * 2], y: pixels[i * 2 + 1], sigma: sigma[i] });
    });
    const solved = triangulatePoint(views);
    if (!solved) continue;
    points.set(solved.point, n * 3);
    deviations[n] = solved.sigma;
    residual[n] = solved.residual;
  }
  return { points, sigma: deviations, residual };
}
