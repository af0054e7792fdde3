import { type CanonicalMap } from './canonical-map.js';

/**
 * The rectangle of a map that holds its foreground: the same map in less memory. A map without foreground becomes one
 * cell of background.
 */
export function trimMap(map: CanonicalMap): CanonicalMap {
  const { width, height, mask, imageFromMap: m } = map;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let cell = 0; cell < mask.length; cell++) {
    if (!mask[cell]) continue;
    const [column, row] = [cell % width, Math.floor(cell / width)];
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = row;
  }
  if (right < 0) [left, top, right, bottom] = [0, 0, 0, 0];
  const [columns, rows] = [right - left + 1, bottom - top + 1];
  if (columns === width && rows === height) return map;
  const cut = <Values extends Float32Array | Uint8Array>(values: Values, depth: number): Values => {
    const result = values.slice(0, columns * rows * depth) as Values;
    for (let row = 0; row < rows; row++) {
      const from = ((top + row) * width + left) * depth;
      result.set(values.subarray(from, from + columns * depth), row * columns * depth);
    }
    return result;
  };
  return {
    width: columns,
    height: rows,
    values: cut(map.values, 3),
    mask: cut(mask, 1),
    sigma: map.sigma && cut(map.sigma, 1),
    depth: map.depth && cut(map.depth, 1),
    imageFromMap: Float64Array.of(
      m[0],
      m[1],
      m[0] * left + m[1] * top + m[2],
      m[3],
      m[4],
      m[3] * left + m[4] * top + m[5],
    ),
  };
}
