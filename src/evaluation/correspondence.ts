import { type RgbImage } from '../geometry/image.js';

/** Where the pixels of one picture lie in another. */
export interface CorrespondenceField {
  width: number;
  height: number;
  /** `[H, W, 2]` pixels of the other picture (its top-left pixel's centre is (0.5, 0.5)); NaN where there is no match. */
  targets: Float32Array;
}

/** Two pictures of one sequence that are `margin` frames apart, and the matches between them. */
export interface CorrespondencePair {
  margin: number;
  /** From the first picture to the second. */
  predicted: CorrespondenceField;
  /** The truth, or the pixels that count (others NaN). */
  truth?: CorrespondenceField;
  /** From the second picture to the first. */
  backward?: CorrespondenceField;
  first?: RgbImage;
  second?: RgbImage;
}

/** A part of a pair that a metric cannot do without. */
export function required<Part>(part: Part | undefined, where: string, name: string): Part {
  if (part === undefined) throw new Error(`${where}: expected pairs with ${name}, got one without.`);
  return part;
}

/** Groups pairs by their margin, ascending. */
export function byMargin<Pair extends { margin: number }>(pairs: Pair[]): [group: string, pairs: Pair[]][] {
  const margins = [...new Set(pairs.map(({ margin }) => margin))].sort((a, b) => a - b);
  return margins.map((margin) => [`margin ${margin}`, pairs.filter((pair) => pair.margin === margin)]);
}

/** Checks that two fields, or a field and a picture, have one size. */
export function checkSameSize(
  where: string,
  expected: { width: number; height: number },
  got: { width: number; height: number },
): void {
  if (expected.width === got.width && expected.height === got.height) return;
  const sizes = [expected, got].map(({ width, height }) => `${width}x${height}`);
  throw new Error(`${where}: expected a size of ${sizes[0]}, got ${sizes[1]}.`);
}

/**
 * Bilinear sample of a `[H, W, depth]` grid whose values stand at pixel centres; `false` where any of the four cells is
 * outside or NaN.
 */
export function sampleGrid(
  { width, height, values, depth }: { width: number; height: number; values: ArrayLike<number>; depth: number },
  x: number,
  y: number,
  out: Float64Array,
): boolean {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [u, v] = [x - 0.5 - left, y - 0.5 - top];
  if (!(left >= 0 && top >= 0 && left + (u > 0 ? 1 : 0) < width && top + (v > 0 ? 1 : 0) < height)) return false;
  const [right, below] = [u > 0 ? 1 : 0, v > 0 ? width : 0];
  const first = top * width + left;
  for (let k = 0; k < depth; k++) {
    const at = (cell: number) => values[cell * depth + k];
    const upper = at(first) * (1 - u) + at(first + right) * u;
    const lower = at(first + below) * (1 - u) + at(first + below + right) * u;
    out[k] = upper * (1 - v) + lower * v;
    if (Number.isNaN(out[k])) return false;
  }
  return true;
}
