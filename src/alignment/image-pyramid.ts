import { type RgbImage } from '../geometry/image.js';

/** Successively halved copies of a picture, level 0 the picture itself; what small crops of large pictures read. */
export interface ImagePyramid {
  image: RgbImage;
  /** Level `k`, `2 ** k` times smaller, made when first asked for; the last level where it would vanish. */
  level(k: number): { image: RgbImage; index: number };
}

export function createImagePyramid(image: RgbImage): ImagePyramid {
  const levels = [image];
  return {
    image,
    level(k) {
      while (levels.length <= k) {
        const last = levels[levels.length - 1];
        if (Math.min(last.width, last.height) < 2) break;
        levels.push(halve(last));
      }
      const index = Math.min(k, levels.length - 1);
      return { image: levels[index], index };
    },
  };
}

/** Averages 2 x 2 pixels; an odd last row or column is dropped, so that pixel (x, y) stays at (2 x, 2 y) to (2 x + 2, 2 y + 2). */
function halve({ width, height, data }: RgbImage): RgbImage {
  const half = { width: width >> 1, height: height >> 1 };
  const result = new Uint8Array(half.width * half.height * 3);
  const row = width * 3;
  let out = 0;
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const at = 2 * y * row + 6 * x;
      for (let c = at; c < at + 3; c++) {
        result[out++] = (data[c] + data[c + 3] + data[c + row] + data[c + row + 3] + 2) >> 2;
      }
    }
  }
  return { ...half, data: result };
}
