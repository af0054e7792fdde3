import { type Camera } from '../../geometry/camera.js';
import { scaleCamera } from '../../geometry/scale-camera.js';

/**
 * The camera for pictures of another size: K follows when the aspect agrees to a pixel, else the size is refused.
 */
export function rescaleCamera(camera: Camera, width: number, height: number): Camera {
  if (width === camera.width && height === camera.height) return camera;
  const expectedHeight = (width * camera.height) / camera.width;
  const expectedWidth = (height * camera.width) / camera.height;
  if (Math.abs(expectedHeight - height) > 1 && Math.abs(expectedWidth - width) > 1) {
    const stated = `${camera.width} x ${camera.height}`;
    throw new Error(`camera ${camera.id}: expected pictures of ${stated} or its aspect, got ${width} x ${height}.`);
  }
  return scaleCamera(camera, width, height);
}
