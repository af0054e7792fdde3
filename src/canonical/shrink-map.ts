import { type CanonicalMap } from './canonical-map.js';

/**
 * A map of fewer cells: means of blocks of `factor` by `factor` that are foreground throughout and no wider in canonical
 * space than `widest`, so that no mean lies between two surfaces. Sigma and depth are left out.
 */
export function shrinkMap(
  { width, height, values, mask, imageFromMap: m }: CanonicalMap,
  factor: number,
  widest: number,
): CanonicalMap {
  const [columns, rows] = [Math.floor(width / factor), Math.floor(height / factor)];
  const small: CanonicalMap = {
    width: columns,
    height: rows,
    values: new Float32Array(columns * rows * 3),
    mask: new Uint8Array(columns * rows),
    // Cell corners stay where they are: position 0 is the corner of the first cell in both.
    imageFromMap: Float64Array.of(m[0] * factor, m[1] * factor, m[2], m[3] * factor, m[4] * factor, m[5]),
  };
  const block = new Float64Array(9);
  for (let cell = 0; cell < small.mask.length; cell++) {
    const first = Math.floor(cell / columns) * factor * width + (cell % columns) * factor;
    block.fill(0, 0, 3).fill(Infinity, 3, 6).fill(-Infinity, 6, 9);
    let foreground = true;
    for (let k = 0; k < factor * factor && foreground; k++) {
      const at = first + Math.floor(k / factor) * width + (k % factor);
      foreground = mask[at] === 1;
      for (let a = 0; a < 3; a++) {
        const value = values[at * 3 + a];
        block[a] += value / (factor * factor);
        block[3 + a] = Math.min(block[3 + a], value);
        block[6 + a] = Math.max(block[6 + a], value);
      }
    }
    const wide = Math.max(block[6] - block[3], block[7] - block[4], block[8] - block[5]);
    if (!foreground || !(wide <= widest)) continue;
    small.mask[cell] = 1;
    small.values.set(block.subarray(0, 3), cell * 3);
  }
  return small;
}
