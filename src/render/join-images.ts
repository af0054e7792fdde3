import { type RgbImage } from '../geometry/image.js';
import { plainImage } from './layer.js';

/** Copies a picture into a larger one, in place. */
export function pasteImage(target: RgbImage, source: RgbImage, left: number, top: number): void {
  for (let row = 0; row < source.height; row++) {
    const line = source.data.subarray(row * source.width * 3, (row + 1) * source.width * 3);
    target.data.set(line, ((top + row) * target.width + left) * 3);
  }
}

/** Pictures of one height side by side. */
export function joinImages(images: RgbImage[]): RgbImage {
  const height = images[0].height;
  const joined = plainImage(
    images.reduce((sum, { width }) => sum + width, 0),
    height,
    [0, 0, 0],
  );
  let left = 0;
  for (const image of images) {
    if (image.height !== height) throw new Error(`joinImages: expected height ${height}, got ${image.height}.`);
    pasteImage(joined, image, left, 0);
    left += image.width;
  }
  return joined;
}
