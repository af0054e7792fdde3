import { type Camera } from '../geometry/camera.js';
import { hasDistortion, undistort } from '../geometry/distortion.js';
import { type Alignment } from './alignment.js';

/**
 * Point observations without lens distortion (math.md section 3).
 *
 * @param cameras `[C]` in the order of the alignment's views.
 */
export function undistortAlignment(alignment: Alignment, cameras: Camera[]): Alignment {
  if (!cameras.some(hasDistortion)) return alignment;
  const { frameCount, viewCount, points, sigma } = alignment;
  const count = points.faces.length;
  const mu = alignment.mu.slice();
  for (let frame = 0; frame < frameCount; frame++) {
    cameras.forEach((camera, view) => {
      const start = (frame * viewCount + view) * count;
      const present = sigma.subarray(start, start + count);
      mu.set(undistort(camera, mu.subarray(start * 2, (start + count) * 2), present), start * 2);
    });
  }
  return { ...alignment, mu };
}
