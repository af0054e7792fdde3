import { type CanonicalMap } from './canonical-map.js';

/** How far from the cell's centre a match may be, cells: beyond, another cell would be nearer on a linear map. */
const farthest = 0.75;
/** A slope of the map by more than this many times its neighbour's distance is an edge, not a surface. */
const steepest = 3;

/**
 * The place between cells that a canonical point has in a map: with slopes a, b of the map about a cell,
 *
 *     argmin_(u, v) | C(cell) + u a + v b - c |²,   |u|, |v| <= 0.75
 *
 * @param point `[3]` canonical coordinates whose nearest cell is `cell`.
 * @param place `[2]` gets the position in the map, cells; the cell's centre where the map has no slope there.
 */
export function refineCell(map: CanonicalMap, cell: number, point: ArrayLike<number>, place: Float64Array): void {
  const { width, values } = map;
  place[0] = (cell % width) + 0.5;
  place[1] = Math.floor(cell / width) + 0.5;
  if (!slope(map, cell, 1, a) || !slope(map, cell, width, b)) return;
  let [aa, ab, bb, ad, bd] = [0, 0, 0, 0, 0];
  for (let k = 0; k < 3; k++) {
    const d = point[k] - values[cell * 3 + k];
    aa += a[k] * a[k];
    ab += a[k] * b[k];
    bb += b[k] * b[k];
    ad += a[k] * d;
    bd += b[k] * d;
  }
  const determinant = aa * bb - ab * ab;
  if (!(determinant > 1e-3 * aa * bb) || aa > steepest ** 2 * bb || bb > steepest ** 2 * aa) return;
  const clamp = (value: number) => Math.min(farthest, Math.max(-farthest, value));
  place[0] += clamp((bb * ad - ab * bd) / determinant);
  place[1] += clamp((aa * bd - ab * ad) / determinant);
}

const [a, b] = [new Float64Array(3), new Float64Array(3)];

/** Change of the map from one cell to the next along a step, from both neighbours or the one there is. */
function slope({ width, height, values, mask }: CanonicalMap, cell: number, step: number, out: Float64Array): boolean {
  const position = step === 1 ? cell % width : Math.floor(cell / width);
  const end = (step === 1 ? width : height) - 1;
  const before = position > 0 && mask[cell - step] === 1;
  const after = position < end && mask[cell + step] === 1;
  if (!before && !after) return false;
  const from = before ? cell - step : cell;
  const to = after ? cell + step : cell;
  const cells = before && after ? 2 : 1;
  for (let k = 0; k < 3; k++) out[k] = (values[to * 3 + k] - values[from * 3 + k]) / cells;
  return true;
}
