import { CholeskyDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type RigidTransform } from './rigid-transform.js';
import { multiplyRotations, rotationFromAxisAngle } from './rotation.js';

/** Points of a rigid body and where one camera sees them. */
export interface PnpObservations {
  /** `[N, 3]` metres, the body's frame. */
  points: ArrayLike<number>;
  /** `[N, 2]` undistorted pixels. */
  pixels: ArrayLike<number>;
  /** `[N]` pixels; 0 where a point is not seen. Default 1. */
  sigma?: ArrayLike<number>;
}

export interface PnpOptions {
  /** Poses to start from, beside those found from the observations. */
  starts?: RigidTransform[];
  /** Start from these only; default false. */
  startsOnly?: boolean;
}

/** The pose `camera <- body`; a body that stays behind the camera or unsolvable input is `converged: false`. */
export interface PnpResult extends RigidTransform {
  converged: boolean;
  /** Mean robust loss per point; comparable between poses and focal lengths of the same observations. */
  cost: number;
  /** Median reprojection error of the observed points, pixels. */
  medianPx: number;
}

/** Residuals beyond this many sigmas count ever less (Cauchy). */
const CAUCHY_SIGMAS = 3;

interface Problem {
  index: number[];
  points: ArrayLike<number>;
  pixels: ArrayLike<number>;
  sigma: ArrayLike<number>;
  K: ArrayLike<number>;
}

/** Where observed point n lies under a pose, into `out`: turned `[3]`, camera coordinates `[3]`, pixel `[2]`. */
function projectOne(
  { points, K }: Problem,
  { rotation: R, translation: t }: RigidTransform,
  n: number,
  out: Float64Array,
) {
  const [x, y, z] = [points[n * 3], points[n * 3 + 1], points[n * 3 + 2]];
  for (let a = 0; a < 3; a++) {
    out[a] = R[a * 3] * x + R[a * 3 + 1] * y + R[a * 3 + 2] * z;
    out[3 + a] = out[a] + t[a];
  }
  const [u, v] = [out[3] / out[5], out[4] / out[5]];
  out[6] = K[0] * u + K[1] * v + K[2];
  out[7] = K[4] * v + K[5];
}

/** Mean robust loss; Infinity when a point is behind the camera. */
function robustCost(problem: Problem, pose: RigidTransform): number {
  const { index, pixels, sigma } = problem;
  const at = new Float64Array(8);
  let sum = 0;
  for (let i = 0; i < index.length; i++) {
    const n = index[i];
    projectOne(problem, pose, n, at);
    if (!(at[5] > 1e-6)) return Infinity;
    const [dx, dy] = [at[6] - pixels[n * 2], at[7] - pixels[n * 2 + 1]];
    sum += Math.log1p((dx * dx + dy * dy) / (CAUCHY_SIGMAS * sigma[n]) ** 2);
  }
  return sum / index.length;
}

/** Gauss-Newton system of the Cauchy-weighted residuals in a left perturbation (rotation, then translation). */
function normalEquations(problem: Problem, pose: RigidTransform): { H: Matrix; g: Matrix } {
  const { K, index, pixels, sigma } = problem;
  const [H, g, at, jacobian] = [36, 6, 8, 6].map((size) => new Float64Array(size));
  for (let i = 0; i < index.length; i++) {
    const n = index[i];
    projectOne(problem, pose, n, at);
    const z = at[5];
    const [dx, dy] = [at[6] - pixels[n * 2], at[7] - pixels[n * 2 + 1]];
    const weight = 1 / (sigma[n] ** 2 + (dx * dx + dy * dy) / CAUCHY_SIGMAS ** 2);
    for (let axis = 0; axis < 2; axis++) {
      const a = axis === 0 ? K[0] / z : 0;
      const b = (axis === 0 ? K[1] : K[4]) / z;
      const c = -(a * at[3] + b * at[4]) / z;
      jacobian[0] = c * at[1] - b * at[2];
      jacobian[1] = a * at[2] - c * at[0];
      jacobian[2] = b * at[0] - a * at[1];
      [jacobian[3], jacobian[4], jacobian[5]] = [a, b, c];
      const residual = axis === 0 ? dx : dy;
      for (let p = 0; p < 6; p++) {
        g[p] += weight * jacobian[p] * residual;
        for (let q = 0; q <= p; q++) H[p * 6 + q] += weight * jacobian[p] * jacobian[q];
      }
    }
  }
  const full = new Matrix(6, 6);
  for (let p = 0; p < 6; p++) {
    for (let q = 0; q < 6; q++) full.set(p, q, H[Math.max(p, q) * 6 + Math.min(p, q)]);
  }
  return { H: full, g: Matrix.columnVector(g) };
}

/** Levenberg-Marquardt on the robust cost from one start. */
function refine(problem: Problem, start: RigidTransform, steps: number): RigidTransform & { cost: number } {
  let pose = { ...start, cost: robustCost(problem, start) };
  let damping = 1e-3;
  for (let step = 0; step < steps && Number.isFinite(pose.cost); step++) {
    const { H, g } = normalEquations(problem, pose);
    for (let p = 0; p < 6; p++) H.set(p, p, H.get(p, p) * (1 + damping) + 1e-12);
    const cholesky = new CholeskyDecomposition(H);
    if (!cholesky.isPositiveDefinite()) return pose;
    const delta = cholesky.solve(g).mul(-1).to1DArray();
    const candidate = {
      rotation: multiplyRotations(rotationFromAxisAngle(delta.slice(0, 3)), pose.rotation),
      translation: pose.translation.map((value, a) => value + delta[3 + a]),
    };
    const cost = robustCost(problem, candidate);
    if (cost < pose.cost) {
      const done = pose.cost - cost < 1e-10 * cost && Math.hypot(...delta) < 1e-8;
      pose = { ...candidate, cost };
      damping = Math.max(1e-9, damping / 5);
      if (done) break;
    } else {
      damping *= 10;
      if (damping > 1e8) break;
    }
  }
  return pose;
}

/** Weighted mean of the observed points, their pixels' rays at z = 1 and the spreads of both. */
function summarise({ index, points, pixels, sigma, K }: Problem) {
  const [mean, ray] = [
    [0, 0, 0],
    [0, 0],
  ];
  let total = 0;
  const rays = index.map((n) => {
    const y = (pixels[n * 2 + 1] - K[5]) / K[4];
    return [(pixels[n * 2] - K[2] - K[1] * y) / K[0], y];
  });
  index.forEach((n, i) => {
    const weight = 1 / sigma[n] ** 2;
    total += weight;
    for (let a = 0; a < 3; a++) mean[a] += weight * points[n * 3 + a];
    for (let a = 0; a < 2; a++) ray[a] += weight * rays[i][a];
  });
  return { mean: mean.map((value) => value / total), ray: ray.map((value) => value / total), rays };
}

/**
 * Scaled-orthographic pose: the affine map from points to rays, its two rows made orthonormal, the depth from its
 * scale (the start of POSIT, DeMenthon and Davis 1995).
 */
function scaledOrthographicStart(problem: Problem): RigidTransform | undefined {
  const { mean, ray, rays } = summarise(problem);
  const [moments, cross] = [Matrix.zeros(3, 3), Matrix.zeros(2, 3)];
  problem.index.forEach((n, i) => {
    const weight = 1 / problem.sigma[n] ** 2;
    const offset = mean.map((value, a) => problem.points[n * 3 + a] - value);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) moments.set(a, b, moments.get(a, b) + weight * offset[a] * offset[b]);
      for (let r = 0; r < 2; r++) cross.set(r, a, cross.get(r, a) + weight * offset[a] * (rays[i][r] - ray[r]));
    }
  });
  const { U, V, s } = decompose(cross.mmul(new SingularValueDecomposition(moments).inverse()));
  const scale = (s[0] + s[1]) / 2;
  if (!(scale > 0)) return undefined;
  const row = (r: number) => [0, 1, 2].map((a) => U.get(r, 0) * V.get(a, 0) + U.get(r, 1) * V.get(a, 1));
  const [i, j] = [row(0), row(1)];
  const k = [i[1] * j[2] - i[2] * j[1], i[2] * j[0] - i[0] * j[2], i[0] * j[1] - i[1] * j[0]];
  return placeAt(Float64Array.of(...i, ...j, ...k), mean, ray, 1 / scale);
}

/** SVD of a `[2, 3]` matrix, taken of its transpose, which ml-matrix wants tall. */
function decompose(wide: Matrix) {
  const svd = new SingularValueDecomposition(wide.transpose());
  return { U: svd.rightSingularVectors, V: svd.leftSingularVectors, s: svd.diagonal };
}

/** The pose of a given rotation that puts the body's centre on a ray at a depth. */
function placeAt(rotation: Float64Array, mean: number[], ray: number[], depth: number): RigidTransform {
  const target = [ray[0] * depth, ray[1] * depth, depth];
  const turned = (a: number) =>
    rotation[a * 3] * mean[0] + rotation[a * 3 + 1] * mean[1] + rotation[a * 3 + 2] * mean[2];
  return { rotation, translation: Float64Array.from(target, (value, a) => value - turned(a)) };
}

/** Upright heads turned by some yaws toward the camera, at the depth where their spread fits that of the rays. */
function uprightStarts(problem: Problem): RigidTransform[] {
  const { mean, ray, rays } = summarise(problem);
  const spread = (values: number[][], centre: number[]) =>
    values.map((value) => Math.hypot(...value.map((x, a) => x - centre[a]))).sort((a, b) => a - b)[values.length >> 1];
  const bodies = problem.index.map((n) => [problem.points[n * 3], problem.points[n * 3 + 1]]);
  const depth = spread(bodies, mean) / Math.max(1e-9, spread(rays, ray));
  const facing = Float64Array.of(1, 0, 0, 0, -1, 0, 0, 0, -1);
  return [-1.2, -0.6, 0, 0.6, 1.2].map((yaw) =>
    placeAt(multiplyRotations(facing, rotationFromAxisAngle([0, yaw, 0])), mean, ray, depth),
  );
}

/** Sets up the observed points, or says what is missing. */
function createProblem({ points, pixels, sigma }: PnpObservations, K: ArrayLike<number>): Problem {
  const count = pixels.length / 2;
  if (points.length !== count * 3 || (sigma && sigma.length !== count)) {
    const got = `${points.length}, ${pixels.length} and ${sigma?.length ?? 'no'} numbers`;
    throw new Error(`solvePnp: expected points [N, 3], pixels [N, 2] and sigma [N], got ${got}.`);
  }
  const deviations = sigma ?? new Float64Array(count).fill(1);
  const index = Array.from({ length: count }, (_, n) => n).filter(
    (n) => deviations[n] > 0 && Number.isFinite(pixels[n * 2]) && Number.isFinite(points[n * 3]),
  );
  if (index.length < 4) throw new Error(`solvePnp: expected at least 4 observed points, got ${index.length}.`);
  return { index, points, pixels, sigma: deviations, K };
}

/**
 * The pose of a rigid body from one camera: scaled-orthographic and upright starts, each refined by robust
 * Levenberg-Marquardt in units of sigma; the best one wins.
 *
 * @param K `[3, 3]`, pixels.
 */
export function solvePnp(
  observations: PnpObservations,
  K: ArrayLike<number>,
  { starts = [], startsOnly = false }: PnpOptions = {},
): PnpResult {
  const problem = createProblem(observations, K);
  const own = startsOnly ? [] : [scaledOrthographicStart(problem), ...uprightStarts(problem)];
  const tried = [...starts, ...own]
    .filter((start): start is RigidTransform => start !== undefined)
    .map((start) => refine(problem, start, 12))
    .sort((a, b) => a.cost - b.cost);
  const best = refine(problem, tried[0], 60);
  const at = new Float64Array(8);
  const errors = problem.index.map((n) => {
    projectOne(problem, best, n, at);
    return Math.hypot(at[6] - problem.pixels[n * 2], at[7] - problem.pixels[n * 2 + 1]);
  });
  const medianPx = errors.sort((a, b) => a - b)[errors.length >> 1];
  return { ...best, medianPx, converged: Number.isFinite(best.cost) };
}
