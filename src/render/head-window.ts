import { type Camera } from '../geometry/camera.js';
import { type PictureWindow } from '../geometry/crop-camera.js';
import { distort } from '../geometry/distortion.js';
import { type RgbImage } from '../geometry/image.js';
import { projectPoints } from '../geometry/project.js';

/** Room around the head, in parts of its larger side. */
const MARGIN = 0.2;
/** A head taller than this share of the picture needs no closer view. */
const LARGE_ENOUGH = 0.5;

/**
 * The part of a picture that shows a head with some room around it; the whole picture where the head is large, or not
 * in it.
 *
 * @param vertices `[V, 3]` metres, world frame.
 */
export function headWindow(vertices: ArrayLike<number>, camera: Camera): PictureWindow {
  const whole = { left: 0, top: 0, width: camera.width, height: camera.height };
  const pixels = distort(camera, projectPoints(vertices, camera).pixels);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < pixels.length; i++) {
    if (!Number.isFinite(pixels[i])) return whole;
    box[i % 2] = Math.min(box[i % 2], pixels[i]);
    box[2 + (i % 2)] = Math.max(box[2 + (i % 2)], pixels[i]);
  }
  if (box[3] - box[1] > LARGE_ENOUGH * camera.height) return whole;
  const margin = MARGIN * Math.max(box[2] - box[0], box[3] - box[1]);
  const [left, top] = [box[0], box[1]].map((value) => Math.max(0, Math.floor(value - margin)));
  const width = Math.min(camera.width, Math.ceil(box[2] + margin)) - left;
  const height = Math.min(camera.height, Math.ceil(box[3] + margin)) - top;
  return width > 8 && height > 8 ? { left, top, width, height } : whole;
}

/** Cuts a window out of a picture. */
export function cropImage({ width, data }: RgbImage, window: PictureWindow): RgbImage {
  const cropped = new Uint8Array(window.width * window.height * 3);
  for (let row = 0; row < window.height; row++) {
    const start = ((window.top + row) * width + window.left) * 3;
    cropped.set(data.subarray(start, start + window.width * 3), row * window.width * 3);
  }
  return { width: window.width, height: window.height, data: cropped };
}
