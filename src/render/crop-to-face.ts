import { type Camera } from '../geometry/camera.js';
import { type RgbImage } from '../geometry/image.js';
import { pasteImage } from './join-images.js';
import { plainImage } from './layer.js';

/**
 * A square part of a picture around a face, and the camera that sees just that part; so that a small face can be
 * judged by eye, and all parts fit one sheet. What lies outside the picture is black.
 *
 * @param box left, top, right, bottom of the face, pixels.
 * @param enlarge the square's side over the box's longer side.
 */
export function cropToFace(
  image: RgbImage,
  camera: Camera,
  box: ArrayLike<number>,
  enlarge = 2.2,
): { image: RgbImage; camera: Camera } {
  const side = Math.max(8, Math.round(enlarge * Math.max(box[2] - box[0], box[3] - box[1])));
  const left = Math.round((box[0] + box[2] - side) / 2);
  const top = Math.round((box[1] + box[3] - side) / 2);
  const [from, to] = [Math.max(0, left), Math.min(image.width, left + side)];
  const crop = plainImage(side, side, [0, 0, 0]);
  for (let y = Math.max(0, top); y < Math.min(image.height, top + side) && to > from; y++) {
    const line = image.data.subarray((y * image.width + from) * 3, (y * image.width + to) * 3);
    pasteImage(crop, { width: to - from, height: 1, data: line }, from - left, y - top);
  }
  const K = camera.K.slice();
  K[2] -= left;
  K[5] -= top;
  return { image: crop, camera: { ...camera, width: side, height: side, K } };
}
