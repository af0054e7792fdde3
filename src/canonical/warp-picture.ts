import { type RgbImage } from '../geometry/image.js';
import { type CanonicalMap } from './canonical-map.js';
import { type MatchMapsOptions, matchMaps, matchPixels } from './match-maps.js';

/** A picture in the shape of another. */
export interface WarpedPicture {
  image: RgbImage;
  /** `[height, width]` 1 where the pixel has a match; the picture is black elsewhere. */
  covered: Uint8Array;
}

/**
 * Dense warping (DenseMarks, "Dense warping"): every foreground cell of the target takes the colour that the source has
 * at the cell's match.
 *
 * @returns a picture of the size of the target's map.
 */
export function warpPicture(
  source: { image: RgbImage; map: CanonicalMap },
  target: CanonicalMap,
  options?: MatchMapsOptions,
): WarpedPicture {
  const matches = matchMaps(target, source.map, options);
  const pixels = matchPixels(target, source.map, matches);
  const { width, height } = target;
  const image = { width, height, data: new Uint8Array(width * height * 3) };
  const covered = new Uint8Array(width * height);
  for (let cell = 0; cell < covered.length; cell++) {
    if (matches.cells[cell] < 0) continue;
    covered[cell] = 1;
    sampleColour(source.image, pixels[cell * 2], pixels[cell * 2 + 1], image.data, cell * 3);
  }
  return { image, covered };
}

/** Writes the bilinear colour of a picture at a position; the border's beyond it. */
export function sampleColour(
  { width, height, data }: RgbImage,
  x: number,
  y: number,
  out: Uint8Array,
  at: number,
): void {
  const px = Math.min(Math.max(x - 0.5, 0), width - 1);
  const py = Math.min(Math.max(y - 0.5, 0), height - 1);
  const [left, top] = [Math.floor(px), Math.floor(py)];
  const [u, v] = [px - left, py - top];
  const right = left + 1 < width ? 3 : 0;
  const below = top + 1 < height ? width * 3 : 0;
  for (let c = 0; c < 3; c++) {
    const i = (top * width + left) * 3 + c;
    const upper = data[i] * (1 - u) + data[i + right] * u;
    const lower = data[i + below] * (1 - u) + data[i + below + right] * u;
    out[at + c] = Math.round(upper * (1 - v) + lower * v);
  }
}
