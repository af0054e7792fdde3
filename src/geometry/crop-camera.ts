import { type Camera } from './camera.js';

/** A rectangle of a picture, whole pixels. */
export interface PictureWindow {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The camera whose picture is a window of another's. */
export function cropCamera(camera: Camera, { left, top, width, height }: PictureWindow): Camera {
  const [fx, skew, cx, , fy, cy] = camera.K;
  return { ...camera, width, height, K: Float64Array.of(fx, skew, cx - left, 0, fy, cy - top, 0, 0, 1) };
}
