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
  const cameraColumns = model ? observedColumns(columns, camera) : [];
  const derivatives = [new Float64Array(7), new Float64Array(7)];
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
    if (cameraColumns.length === 0) continue;
    const [dx, dy] = derivatives;
    // d x_cam = dw x x_cam + dtau, and the pixels' offset from the principal point grows with the focal length.
    dx.set([xz * y - xy * depth, xx * depth - xz * x, xy * x - xx * y, xx, xy, xz, zoomedX]);
    dy.set([yz * y - yy * depth, -yz * x, yy * x, 0, yy, yz, zoomedY]);
    for (const { entry, column } of cameraColumns) {
      const [gx, gy] = [w * dx[entry], w * dy[entry]];
      model.cameraGradient[column] += gx * rx + gy * ry;
      const cross = model.cameraCross[column];
      cross[n * 3] += gx * ax + gy * bx;
      cross[n * 3 + 1] += gx * ay + gy * by;
      cross[n * 3 + 2] += gx * az + gy * bz;
      for (const other of cameraColumns) {
        model.cameraHessian[column * columns.count + other.column] += gx * dx[other.entry] + gy * dy[other.entry];
      }
    }
  }
  return (energy * weight) / 2;
}

/** The camera's unknown entries among rotation (0-2), translation (3-5) and focal length (6), and their columns. */
function observedColumns({ motion, focal }: CameraColumns, camera: number): { entry: number; column: number }[] {
  const found: { entry: number; column: number }[] = [];
  if (motion[camera] >= 0) for (let k = 0; k < 6; k++) found.push({ entry: k, column: motion[camera] + k });
  if (focal[camera] >= 0) found.push({ entry: 6, column: focal[camera] });
  return found;
}
