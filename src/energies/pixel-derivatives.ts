import { type Camera } from '../geometry/camera.js';
import { distortPoint, hasDistortion } from '../geometry/distortion.js';
import { type CameraColumns, type PointModel } from './gauss-newton-form.js';

/** Nearest distance at which a point still projects, metres; nearer points keep this depth. */
const nearestDepth = 0.01;

/**
 * Where a camera's lens shows a world point, and how residuals that are functions of that pixel depend on the point and
 * on the camera's own unknowns.
 */
export class PixelDerivatives {
  /** Pixels of the picture. */
  u = 0;
  v = 0;
  private readonly bends: boolean;
  /** Unknowns of this camera: entry 0-2 rotation, 3-5 translation, 6 logarithm of the focal length; and their columns. */
  private readonly unknowns: { entry: number; column: number }[];
  /** `[3]` camera coordinates. */
  private readonly inCamera = new Float64Array(3);
  /** `[2, 3]` pixel by camera coordinates; `[2]` pixel by the logarithm of the focal length. */
  private readonly byPoint = new Float64Array(6);
  private readonly byFocal = new Float64Array(2);
  private readonly bent = new Float64Array(6);

  constructor(
    private readonly camera: Camera,
    view: number,
    { motion, focal }: CameraColumns,
  ) {
    this.bends = hasDistortion(camera);
    const ofMotion =
      motion[view] < 0 ? [] : [0, 1, 2, 3, 4, 5].map((entry) => ({ entry, column: motion[view] + entry }));
    this.unknowns = focal[view] < 0 ? ofMotion : [...ofMotion, { entry: 6, column: focal[view] }];
  }

  /** Projects the point at `world[i..i+2]`, metres. */
  at(world: ArrayLike<number>, i: number): void {
    const { K, cameraFromWorld: m, distortion } = this.camera;
    const [x, y, z] = [world[i], world[i + 1], world[i + 2]];
    for (let a = 0; a < 3; a++) this.inCamera[a] = m[a * 4] * x + m[a * 4 + 1] * y + m[a * 4 + 2] * z + m[a * 4 + 3];
    const near = this.inCamera[2] < nearestDepth;
    const depth = near ? nearestDepth : this.inCamera[2];
    const [p, q] = [this.inCamera[0] / depth, this.inCamera[1] / depth];
    const { bent } = this;
    if (this.bends) distortPoint(p, q, distortion, bent, true);
    else bent.set([p, q, 1, 0, 0, 1]);
    const [bx, by] = [K[0] * bent[0] + K[1] * bent[1], K[4] * bent[1]];
    this.u = bx + K[2];
    this.v = by + K[5];
    this.byFocal[0] = bx;
    this.byFocal[1] = by;
    const rows = [K[0] * bent[2] + K[1] * bent[4], K[0] * bent[3] + K[1] * bent[5], K[4] * bent[4], K[4] * bent[5]];
    for (let row = 0; row < 2; row++) {
      const [alongX, alongY] = [rows[row * 2], rows[row * 2 + 1]];
      this.byPoint[row * 3] = alongX / depth;
      this.byPoint[row * 3 + 1] = alongY / depth;
      this.byPoint[row * 3 + 2] = near ? 0 : -(alongX * p + alongY * q) / depth;
    }
  }

  /**
   * Adds the squares of three residuals of the point that was projected last: gradient `w J' r`, Hessian `w J' J`.
   *
   * @param residual `[3]`.
   * @param slopes `[3, 2]` residual by pixel.
   * @param weight w.
   */
  addTo(model: PointModel, n: number, residual: Float64Array, slopes: Float64Array, weight: number): void {
    const { byPoint, camera, unknowns } = this;
    const m = camera.cameraFromWorld;
    const q = unknowns.length > 0 ? Math.sqrt(model.cameraHessian.length) : 0;
    for (let a = 0; a < residual.length; a++) {
      const inCamera = [0, 1, 2].map((k) => slopes[a * 2] * byPoint[k] + slopes[a * 2 + 1] * byPoint[3 + k]);
      const jx = inCamera[0] * m[0] + inCamera[1] * m[4] + inCamera[2] * m[8];
      const jy = inCamera[0] * m[1] + inCamera[1] * m[5] + inCamera[2] * m[9];
      const jz = inCamera[0] * m[2] + inCamera[1] * m[6] + inCamera[2] * m[10];
      addPoint(model, n, [jx, jy, jz], residual[a], weight);
      if (q === 0) continue;
      const byUnknown = this.byUnknowns(inCamera, slopes[a * 2], slopes[a * 2 + 1]);
      for (const { entry, column } of unknowns) {
        const slope = weight * byUnknown[entry];
        model.cameraGradient[column] += slope * residual[a];
        for (const other of unknowns) model.cameraHessian[column * q + other.column] += slope * byUnknown[other.entry];
        const cross = model.cameraCross[column];
        cross[n * 3] += slope * jx;
        cross[n * 3 + 1] += slope * jy;
        cross[n * 3 + 2] += slope * jz;
      }
    }
  }

  /** One residual by the camera's seven unknowns: `x_cam = exp(w) (R x + t) + tau`. */
  private byUnknowns([gx, gy, gz]: number[], alongU: number, alongV: number): number[] {
    const [x, y, z] = this.inCamera;
    const turn = [y * gz - z * gy, z * gx - x * gz, x * gy - y * gx];
    return [...turn, gx, gy, gz, alongU * this.byFocal[0] + alongV * this.byFocal[1]];
  }
}

/** Adds one residual with derivative j by the point. */
export function addPoint(
  { hessian, gradient }: Pick<PointModel, 'hessian' | 'gradient'>,
  n: number,
  [x, y, z]: [number, number, number],
  residual: number,
  weight: number,
): void {
  const pull = weight * residual;
  gradient[n * 3] += pull * x;
  gradient[n * 3 + 1] += pull * y;
  gradient[n * 3 + 2] += pull * z;
  hessian[n * 6] += weight * x * x;
  hessian[n * 6 + 1] += weight * x * y;
  hessian[n * 6 + 2] += weight * x * z;
  hessian[n * 6 + 3] += weight * y * y;
  hessian[n * 6 + 4] += weight * y * z;
  hessian[n * 6 + 5] += weight * z * z;
}
