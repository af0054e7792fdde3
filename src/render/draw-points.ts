import { type RgbImage } from '../geometry/image.js';

/** Colour of a value in [0, 1]: green over yellow to red. */
export function trafficColour(value: number): [number, number, number] {
  const clamped = Math.min(1, Math.max(0, value));
  return [Math.round(255 * Math.min(1, 2 * clamped)), Math.round(230 * Math.min(1, 2 - 2 * clamped)), 40];
}

/**
 * Draws round, smooth-edged dots into a copy of a picture.
 *
 * @param pixels `[N, 2]`; NaN is skipped.
 * @param colours one for each dot.
 * @param radius pixels.
 */
export function drawPoints(
  image: RgbImage,
  pixels: ArrayLike<number>,
  colours: [number, number, number][],
  radius: number,
): RgbImage {
  const { width, height } = image;
  const data = Uint8Array.from(image.data);
  colours.forEach((colour, n) => {
    const [x, y] = [pixels[n * 2], pixels[n * 2 + 1]];
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    const reach = Math.ceil(radius + 0.5);
    for (let row = Math.max(0, Math.floor(y) - reach); row <= Math.min(height - 1, Math.floor(y) + reach); row++) {
      for (
        let column = Math.max(0, Math.floor(x) - reach);
        column <= Math.min(width - 1, Math.floor(x) + reach);
        column++
      ) {
        const cover = Math.min(1, radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y));
        if (cover <= 0) continue;
        for (let a = 0; a < 3; a++) {
          const i = (row * width + column) * 3 + a;
          data[i] = Math.round(data[i] + cover * (colour[a] - data[i]));
        }
      }
    }
  });
  return { ...image, data };
}
