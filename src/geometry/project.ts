import { type Camera } from './camera.js';

/**
 * Projects world points into a camera without distortion (math.md eq. 10).
 *
 * @param points `[N, 3]`, metres, world frame.
 * @returns `pixels` `[N, 2]` and `depths` `[N]` metres along the optical axis; a point at depth 0 or behind the camera
 *   has pixels NaN.
 */
export function projectPoints(
  points: ArrayLike<number>,
  { K, cameraFromWorld: m }: Pick<Camera, 'K' | 'cameraFromWorld'>,
): { pixels: Float64Array; depths: Float64Array } {
  const count = points.length / 3;
  const pixels = new Float64Array(count * 2);
  const depths = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const [x, y, z] = [points[n * 3], points[n * 3 + 1], points[n * 3 + 2]];
    const depth = m[8] * x + m[9] * y + m[10] * z + m[11];
    const u = (m[0] * x + m[1] * y + m[2] * z + m[3]) / depth;
    const v = (m[4] * x + m[5] * y + m[6] * z + m[7]) / depth;
    depths[n] = depth;
    pixels[n * 2] = depth > 0 ? K[0] * u + K[1] * v + K[2] : NaN;
    pixels[n * 2 + 1] = depth > 0 ? K[4] * v + K[5] : NaN;
  }
  return { pixels, depths };
}
