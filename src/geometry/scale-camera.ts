import { type Camera } from './camera.js';

/** The camera of the same picture at another size; K follows each axis. */
export function scaleCamera(camera: Camera, width: number, height: number): Camera {
  const [sx, sy] = [width / camera.width, height / camera.height];
  const [fx, skew, cx, , fy, cy] = camera.K;
  return { ...camera, width, height, K: Float64Array.of(fx * sx, skew * sx, cx * sx, 0, fy * sy, cy * sy, 0, 0, 1) };
}
