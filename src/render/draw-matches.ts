import { type RgbImage } from '../geometry/image.js';
import { drawPoints } from './draw-points.js';
import { pasteImage } from './join-images.js';
import { plainImage } from './layer.js';

/** Matches that are drawn, about: more hide the pictures. */
const drawn = 90;

/** Colour of a place in a rectangle: neighbours are alike, so that crossing lines stand out. */
function placeColour(x: number, y: number): [number, number, number] {
  return [Math.round(255 * x), Math.round(255 * y), Math.round(255 * (1 - (x + y) / 2))];
}

/**
 * Two pictures side by side with some of their matches, spread evenly over the first, as lines.
 *
 * @param from `[N, 2]` pixels of the first picture, to `[N, 2]` of the second.
 */
export function drawMatches(first: RgbImage, second: RgbImage, from: Float32Array, to: Float32Array): RgbImage {
  const joined = plainImage(first.width + second.width, Math.max(first.height, second.height), [0, 0, 0]);
  pasteImage(joined, first, 0, 0);
  pasteImage(joined, second, first.width, 0);
  const chosen = spread(from, first);
  const colours = chosen.map((n) => placeColour(from[n * 2] / first.width, from[n * 2 + 1] / first.height));
  const places: number[] = [];
  const dots: [number, number, number][] = [];
  chosen.forEach((n, k) => {
    const [x0, y0, x1, y1] = [from[n * 2], from[n * 2 + 1], to[n * 2] + first.width, to[n * 2 + 1]];
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0)));
    for (let step = 0; step <= steps; step++) {
      places.push(x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps);
      dots.push(colours[k]);
    }
  });
  const lined = drawPoints(joined, places, dots, 0.3);
  const ends = chosen.flatMap((n) => [from[n * 2], from[n * 2 + 1], to[n * 2] + first.width, to[n * 2 + 1]]);
  return drawPoints(
    lined,
    ends,
    colours.flatMap((colour) => [colour, colour]),
    Math.max(1.5, first.width / 250),
  );
}

/** The first match in each of some squares of the picture. */
function spread(from: Float32Array, { width, height }: RgbImage): number[] {
  const count = from.length / 2;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let n = 0; n < count; n++) {
    left = Math.min(left, from[n * 2]);
    right = Math.max(right, from[n * 2]);
    top = Math.min(top, from[n * 2 + 1]);
    bottom = Math.max(bottom, from[n * 2 + 1]);
  }
  const square = Math.max(1, Math.sqrt(((right - left) * (bottom - top)) / drawn));
  const taken = new Map<number, number>();
  for (let n = 0; n < count; n++) {
    const key = Math.floor((from[n * 2 + 1] - top) / square) * 4096 + Math.floor((from[n * 2] - left) / square);
    if (!taken.has(key)) taken.set(key, n);
  }
  return [...taken.values()];
}
