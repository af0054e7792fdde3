import { type Camera } from './camera.js';

/**
 * Brown-Conrady distortion with OpenCV's five coefficients k1, k2, p1, p2, k3.
 *
 * "Ideal" pixels are those of the pinhole camera K alone, "observed" pixels those of the lens.
 */

/** Whether the camera's lens bends anything. */
export function hasDistortion({ distortion }: Pick<Camera, 'distortion'>): boolean {
  return distortion.some((coefficient) => coefficient !== 0);
}

/**
 * Distorts one point on the image plane at z = 1; writes the point and, with `jacobian`, the row-major `[2, 2]`
 * derivative behind it.
 */
export function distortPoint(x: number, y: number, d: ArrayLike<number>, out: Float64Array, jacobian: boolean): void {
  const [k1, k2, p1, p2, k3] = [d[0], d[1], d[2], d[3], d[4]];
  const r2 = x * x + y * y;
  const radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3));
  out[0] = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
  out[1] = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
  if (!jacobian) return;
  const slope = 2 * (k1 + r2 * (2 * k2 + 3 * k3 * r2)); // d radial / d x = slope * x
  out[2] = radial + slope * x * x + 2 * p1 * y + 6 * p2 * x;
  out[3] = slope * x * y + 2 * p1 * x + 2 * p2 * y;
  out[4] = out[3];
  out[5] = radial + slope * y * y + 6 * p1 * y + 2 * p2 * x;
}

/**
 * The radius on the image plane at z = 1 beyond which the radial polynomial folds back, or Infinity.
 *
 * Points further out have no meaningful observed pixel: the model would put them inside the picture again.
 */
export function foldRadius(distortion: ArrayLike<number>): number {
  const [k1, k2, k3] = [distortion[0], distortion[1], distortion[4]];
  const slope = (s: number) => 1 + s * (3 * k1 + s * (5 * k2 + s * 7 * k3));
  const [limit, step] = [25, 0.01]; // squared radius; 25 is a half field of view of 79 degrees
  for (let s = step; s <= limit; s += step) {
    if (slope(s) > 0) continue;
    let [inside, outside] = [s - step, s];
    for (let k = 0; k < 40; k++) {
      const middle = (inside + outside) / 2;
      if (slope(middle) > 0) inside = middle;
      else outside = middle;
    }
    return Math.sqrt(inside);
  }
  return Infinity;
}

/**
 * Bends ideal pixels as the lens does.
 *
 * @param pixels `[N, 2]`, pixels of the pinhole camera.
 * @returns `[N, 2]`, pixels of the picture.
 */
export function distort(camera: Pick<Camera, 'K' | 'distortion'>, pixels: ArrayLike<number>): Float64Array {
  const { K, distortion } = camera;
  const result = Float64Array.from(pixels);
  if (!hasDistortion(camera)) return result;
  const bent = new Float64Array(6);
  for (let i = 0; i < result.length; i += 2) {
    const y = (result[i + 1] - K[5]) / K[4];
    const x = (result[i] - K[2] - K[1] * y) / K[0];
    distortPoint(x, y, distortion, bent, false);
    result[i] = K[0] * bent[0] + K[1] * bent[1] + K[2];
    result[i + 1] = K[4] * bent[1] + K[5];
  }
  return result;
}

/** One inverse by Newton's method from the observed point, or false where the model does not reach it. */
function invert(xd: number, yd: number, d: ArrayLike<number>, fold: number, out: Float64Array): boolean {
  let [x, y] = [xd, yd];
  const radius = Math.hypot(x, y);
  if (radius > 0.9 * fold) [x, y] = [(x / radius) * 0.9 * fold, (y / radius) * 0.9 * fold];
  for (let iteration = 0; iteration < 50; iteration++) {
    distortPoint(x, y, d, out, true);
    const [ex, ey] = [out[0] - xd, out[1] - yd];
    if (ex * ex + ey * ey < 1e-24) {
      [out[0], out[1]] = [x, y];
      return Math.hypot(x, y) <= fold;
    }
    const determinant = out[2] * out[5] - out[3] * out[4];
    if (!(determinant > 1e-12)) return false;
    let dx = (out[5] * ex - out[3] * ey) / determinant;
    let dy = (out[2] * ey - out[4] * ex) / determinant;
    const length = Math.hypot(dx, dy);
    if (length > 0.2) [dx, dy] = [(dx * 0.2) / length, (dy * 0.2) / length];
    x -= dx;
    y -= dy;
  }
  return false;
}

/**
 * Straightens observed pixels; the inverse of {@link distort}.
 *
 * @param pixels `[N, 2]`, pixels of the picture.
 * @param present `[N]`, optional: points whose entry is 0 (absent observations) are passed through.
 * @returns `[N, 2]`, pixels of the pinhole camera.
 */
export function undistort(
  camera: Pick<Camera, 'id' | 'K' | 'distortion'>,
  pixels: ArrayLike<number>,
  present?: ArrayLike<number>,
): Float64Array {
  const { id, K, distortion } = camera;
  const result = Float64Array.from(pixels);
  if (!hasDistortion(camera)) return result;
  const fold = foldRadius(distortion);
  const straight = new Float64Array(6);
  for (let i = 0; i < result.length; i += 2) {
    if (present && !present[i / 2]) continue;
    const y = (result[i + 1] - K[5]) / K[4];
    const x = (result[i] - K[2] - K[1] * y) / K[0];
    if (!invert(x, y, distortion, fold, straight)) {
      const at = `(${result[i].toFixed(1)}, ${result[i + 1].toFixed(1)})`;
      throw new Error(`undistort: camera ${id}: expected a pixel that the distortion model reaches, got ${at}.`);
    }
    result[i] = K[0] * straight[0] + K[1] * straight[1] + K[2];
    result[i + 1] = K[4] * straight[1] + K[5];
  }
  return result;
}
