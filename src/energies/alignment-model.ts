import { type Camera } from '../geometry/camera.js';
import { type CameraColumns, type PointModel } from './gauss-newton-form.js';
import { type RobustLoss } from './robust-loss.js';

/** What one camera saw in one frame, N points. */
export interface ImageObservations {
  /** `[N]` each: pixels. */
  targetX: Float32Array;
  targetY: Float32Array;
  /** `[N]` one over sigma, 1 / pixels. */
  inverseSigma: Float32Array;
  /** `[N]` lambda; 0 where nothing was seen. */
  lambda: Float32Array;
}

/** Nearest distance at which a point still projects, metres; nearer points keep this depth. */
const nearestDepth = 0.01;

/**
 * Energy `weight / 2 sum(lambda rho(|r|^2))` of one image's residuals in sigmas, and its Gauss-Newton model with the
 * weights of iteratively reweighted least squares.
 *
 * @param world `[N, 3]` metres.
 * @param camera its index among the cameras.
 */
export function imageModel(
  { targetX, targetY, inverseSigma, lambda }: ImageObservations,
  world: Float64Array,
  camera: number,
  { K, cameraFromWorld: m }: Camera,
  columns: CameraColumns,
  robust: RobustLoss | undefined,
  weight: number,
  model?: PointModel,
): number {
  const [fx, skew, cx, fy, cy] = [K[0], K[1], K[2], K[4], K[5]];
  const unknowns = model && cameraUnknowns(columns, camera, model);
  let energy = 0;
  for (let n = 0; n < lambda.length; n++) {
    if (lambda[n] === 0) continue;
    const [px, py, pz] = [world[n * 3], world[n * 3 + 1], world[n * 3 + 2]];
    const x = m[0] * px + m[1] * py + m[2] * pz + m[3];
    const y = m[4] * px + m[5] * py + m[6] * pz + m[7];
    const depth = m[8] * px + m[9] * py + m[10] * pz + m[11];
    const z = depth > nearestDepth ? depth : nearestDepth;
    const [u, v] = [x / z, y / z];
    const zoomedX = fx * u + skew * v;
    const zoomedY = fy * v;
    const [rx, ry] = [zoomedX + cx - targetX[n], zoomedY + cy - targetY[n]];
    const perPixel = inverseSigma[n] * inverseSigma[n];
    const squared = (rx * rx + ry * ry) * perPixel;
    energy += lambda[n] * (robust ? robust.value(squared) : squared);
    if (!model) continue;
    const w = weight * lambda[n] * perPixel * (robust ? robust.weight(squared) : 1);
    const inFront = depth > nearestDepth ? 1 : 0;
    // Rows of the pixels' derivative with respect to camera coordinates, then to world coordinates.
    const [xx, xy, xz] = [fx / z, skew / z, (-inFront * zoomedX) / z];
    const [yy, yz] = [fy / z, (-inFront * zoomedY) / z];
    const ax = xx * m[0] + xy * m[4] + xz * m[8];
    const ay = xx * m[1] + xy * m[5] + xz * m[9];
    const az = xx * m[2] + xy * m[6] + xz * m[10];
    const bx = yy * m[4] + yz * m[8];
    const by = yy * m[5] + yz * m[9];
    const bz = yy * m[6] + yz * m[10];
    const { gradient, hessian } = model;
    gradient[n * 3] += w * (ax * rx + bx * ry);
    gradient[n * 3 + 1] += w * (ay * rx + by * ry);
    gradient[n * 3 + 2] += w * (az * rx + bz * ry);
    hessian[n * 6] += w * (ax * ax + bx * bx);
    hessian[n * 6 + 1] += w * (ax * ay + bx * by);
    hessian[n * 6 + 2] += w * (ax * az + bx * bz);
    hessian[n * 6 + 3] += w * (ay * ay + by * by);
    hessian[n * 6 + 4] += w * (ay * az + by * bz);
    hessian[n * 6 + 5] += w * (az * az + bz * bz);
    if (!unknowns) continue;
    const { dx, dy } = unknowns;
    // d x_cam = dw x x_cam + dtau, and the pixels' offset from the principal point grows with the focal length.
    dx[0] = xz * y - xy * depth;
    dx[1] = xx * depth - xz * x;
    dx[2] = xy * x - xx * y;
    dx[3] = xx;
    dx[4] = xy;
    dx[5] = xz;
    dx[6] = zoomedX;
    dy[0] = yz * y - yy * depth;
    dy[1] = -yz * x;
    dy[2] = yy * x;
    dy[4] = yy;
    dy[5] = yz;
    dy[6] = zoomedY;
    addCameraUnknowns(unknowns, n * 3, w, rx, ry, ax, ay, az, bx, by, bz);
  }
  if (unknowns) spreadCameraUnknowns(unknowns, columns, model);
  return (energy * weight) / 2;
}

/** One camera's unknowns among rotation (0-2), translation (3-5) and focal length (6), and what is known of them. */
interface CameraUnknowns {
  entries: number[];
  /** Column of each entry among all cameras'. */
  columns: number[];
  /** Mixed derivatives of each entry with the points, `[N, 3]`. */
  cross: Float64Array[];
  /** `[7]` derivatives of the two pixel coordinates at one point. */
  dx: Float64Array;
  dy: Float64Array;
  gradient: Float64Array;
  /** `[7, 7]`, lower triangle. */
  hessian: Float64Array;
}

function cameraUnknowns(
  { motion, focal }: CameraColumns,
  camera: number,
  { cameraCross }: PointModel,
): CameraUnknowns | undefined {
  const entries = [0, 1, 2, 3, 4, 5, 6].filter((entry) => (entry < 6 ? motion : focal)[camera] >= 0);
  if (entries.length === 0) return undefined;
  const columns = entries.map((entry) => (entry < 6 ? motion[camera] + entry : focal[camera]));
  return {
    entries,
    columns,
    cross: columns.map((column) => cameraCross[column]),
    dx: new Float64Array(7),
    dy: new Float64Array(7),
    gradient: new Float64Array(7),
    hessian: new Float64Array(49),
  };
}

/** Adds one point, whose pixels change by (a, b) with its world position, to a camera's unknowns. */
function addCameraUnknowns(
  { entries, cross, dx, dy, gradient, hessian }: CameraUnknowns,
  point: number,
  w: number,
  rx: number,
  ry: number,
  ax: number,
  ay: number,
  az: number,
  bx: number,
  by: number,
  bz: number,
): void {
  for (let i = 0; i < entries.length; i++) {
    const gx = w * dx[entries[i]];
    const gy = w * dy[entries[i]];
    const mixed = cross[i];
    gradient[i] += gx * rx + gy * ry;
    mixed[point] += gx * ax + gy * bx;
    mixed[point + 1] += gx * ay + gy * by;
    mixed[point + 2] += gx * az + gy * bz;
    for (let j = 0; j <= i; j++) hessian[i * 7 + j] += gx * dx[entries[j]] + gy * dy[entries[j]];
  }
}

/** Adds a camera's sums over its points to the model of all cameras. */
function spreadCameraUnknowns(
  { columns: own, gradient, hessian }: CameraUnknowns,
  { count }: CameraColumns,
  model: PointModel,
): void {
  own.forEach((column, i) => {
    model.cameraGradient[column] += gradient[i];
    own.forEach((other, j) => {
      model.cameraHessian[column * count + other] += hessian[Math.max(i, j) * 7 + Math.min(i, j)];
    });
  });
}
