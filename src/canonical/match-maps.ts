import { type CanonicalMap } from './canonical-map.js';
import { imageFromMap } from './map-points.js';
import { createNearestCell, type NearestCell } from './nearest-cell.js';
import { refineCell } from './refine-cell.js';

export interface MatchMapsOptions {
  /** Farthest match, canonical units; default any. */
  reach?: number;
  /**
   * Drops matches whose way back ends farther away than this, pixels of the first picture; default none is dropped.
   * A point that the second picture does not show has a nearest neighbour too, but is hardly that one's.
   */
  cycle?: number;
}

/** For each cell of one map its nearest neighbour in another. */
export interface CanonicalMatches {
  /** `[H, W]` of the first map: the cell of the second; -1 where there is none. */
  cells: Int32Array;
  /** `[H, W]` canonical distance to it; NaN where there is none. */
  distances: Float32Array;
}

/**
 * Dense matches from one picture to another (Face Anything eq. 2): the nearest neighbour in canonical space,
 * `q = argmin_q' | C_i(p) - C_j(q') |` over the foreground of the second map, the first of several at one distance.
 */
export function matchMaps(
  first: CanonicalMap,
  second: CanonicalMap,
  { reach = Infinity, cycle = Infinity }: MatchMapsOptions = {},
): CanonicalMatches {
  const [own, other] = [createNearestCell(first), createNearestCell(second)];
  const matches = matchOneWay(first, own.order, other, reach);
  if (cycle < Infinity) dropOneSided(first, second, matches, own, cycle);
  return matches;
}

function matchOneWay(
  { values, mask }: CanonicalMap,
  order: Int32Array,
  other: NearestCell,
  reach: number,
): CanonicalMatches {
  const cells = new Int32Array(mask.length).fill(-1);
  const distances = new Float32Array(mask.length).fill(NaN);
  let hint = -1;
  for (let n = 0; n < order.length; n++) {
    // Asked in this order, a query begins next to its answer: at the last one's.
    const cell = order[n];
    const match = other.find(values[cell * 3], values[cell * 3 + 1], values[cell * 3 + 2], hint, reach);
    if (match < 0) continue;
    cells[cell] = match;
    distances[cell] = Math.sqrt(other.squaredDistance);
    hint = match;
  }
  return { cells, distances };
}

/** Forward-backward check: keeps a match whose own nearest neighbour is the first cell, or one `cycle` pixels from it. */
function dropOneSided(
  first: CanonicalMap,
  { values, mask }: CanonicalMap,
  { cells, distances }: CanonicalMatches,
  own: NearestCell,
  cycle: number,
): void {
  // The nearest neighbour of a cell is asked for once, however many matches end there.
  const back = new Int32Array(mask.length).fill(-1);
  for (let n = 0; n < own.order.length; n++) {
    const cell = own.order[n];
    const match = cells[cell];
    if (match < 0) continue;
    if (back[match] < 0) {
      back[match] = own.find(values[match * 3], values[match * 3 + 1], values[match * 3 + 2], cell, Infinity);
    }
    if (pixelDistance(first, cell, back[match]) <= cycle) continue;
    cells[cell] = -1;
    distances[cell] = NaN;
  }
}

/** Distance of two cells in the picture, pixels. */
function pixelDistance({ width, imageFromMap: m }: CanonicalMap, a: number, b: number): number {
  if (a === b) return 0;
  const dx = (a % width) - (b % width);
  const dy = Math.floor(a / width) - Math.floor(b / width);
  return Math.hypot(m[0] * dx + m[1] * dy, m[3] * dx + m[4] * dy);
}

/**
 * Where the matches lie in the second picture, between its cells: about the nearest cell the second map is linear, and
 * the point of that plane nearest to the canonical point is the match.
 *
 * @returns `[H, W, 2]` of the first map: pixels of the second picture; NaN where there is no match.
 */
export function matchPixels(first: CanonicalMap, second: CanonicalMap, { cells }: CanonicalMatches): Float32Array {
  const pixels = new Float32Array(cells.length * 2).fill(NaN);
  const place = new Float64Array(2);
  for (let cell = 0; cell < cells.length; cell++) {
    if (cells[cell] < 0) continue;
    refineCell(second, cells[cell], first.values.subarray(cell * 3, cell * 3 + 3), place);
    pixels.set(imageFromMap(second, place[0], place[1]), cell * 2);
  }
  return pixels;
}
