import { type CanonicalMap } from './canonical-map.js';

/** Picture pixels of a position in a map. */
export function imageFromMap(
  { imageFromMap: m }: Pick<CanonicalMap, 'imageFromMap'>,
  x: number,
  y: number,
): [number, number] {
  return [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]];
}

/** Position in a map of picture pixels. */
export function mapFromImage(
  { imageFromMap: m }: Pick<CanonicalMap, 'imageFromMap'>,
  x: number,
  y: number,
): [number, number] {
  const determinant = m[0] * m[4] - m[1] * m[3];
  const [u, v] = [x - m[2], y - m[5]];
  return [(m[4] * u - m[1] * v) / determinant, (m[0] * v - m[3] * u) / determinant];
}

/** The cell of a map that holds a picture pixel, or -1 outside the map or its mask. */
export function cellAt(map: CanonicalMap, x: number, y: number): number {
  const [column, row] = mapFromImage(map, x, y).map(Math.floor);
  if (!(column >= 0 && row >= 0 && column < map.width && row < map.height)) return -1;
  const cell = row * map.width + column;
  return map.mask[cell] ? cell : -1;
}

/** How many picture pixels a step between neighbouring cells is. */
export function cellSize({ imageFromMap: m }: Pick<CanonicalMap, 'imageFromMap'>): number {
  return Math.sqrt(Math.abs(m[0] * m[4] - m[1] * m[3]));
}

/** The foreground cells of a map, ascending. */
export function foregroundCells({ mask }: Pick<CanonicalMap, 'mask'>): Int32Array {
  let count = 0;
  for (let cell = 0; cell < mask.length; cell++) count += mask[cell];
  const cells = new Int32Array(count);
  for (let cell = 0, n = 0; cell < mask.length; cell++) if (mask[cell]) cells[n++] = cell;
  return cells;
}
