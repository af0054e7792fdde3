import { type CanonicalMap } from './canonical-map.js';
import { cellAt } from './map-points.js';

/** A region painted by hand in a picture. */
export interface RegionSelection {
  map: CanonicalMap;
  /** Whether a pixel of the picture lies inside the selection. */
  inside(x: number, y: number): boolean;
}

export interface CanonicalRegionOptions {
  /** Voxels along each side of the cube around the maps; default 48. */
  resolution?: number;
  /** Share of the pictures that show a voxel and have to agree on it; default a half. */
  share?: number;
}

/** A volume of the canonical space, as voxels. */
export interface CanonicalRegion {
  /** `[3]` lower corner of the grid, and the side of a voxel; canonical units. */
  lower: Float64Array;
  side: number;
  resolution: number;
  /** `[R, R, R]` by z, y, x: 1 inside. */
  voxels: Uint8Array;
}

/**
 * The volume of canonical space that selections in a few pictures mean (DenseMarks, "Region selection"): in each picture
 * that shows a voxel the majority of its pixels decides, and the voxel is inside where enough of those pictures say so.
 */
export function canonicalRegion(
  selections: RegionSelection[],
  { resolution = 48, share = 0.5 }: CanonicalRegionOptions = {},
): CanonicalRegion {
  if (selections.length === 0) throw new Error('canonical region: expected at least one selection, got none.');
  const { lower, side } = gridAround(selections, resolution);
  const count = resolution ** 3;
  const region = { lower, side, resolution, voxels: new Uint8Array(count) };
  const [votes, shown] = [new Uint16Array(count), new Uint16Array(count)];
  for (const { map, inside } of selections) {
    const balance = new Int32Array(count);
    const seen = new Uint8Array(count);
    for (let cell = 0; cell < map.mask.length; cell++) {
      if (!map.mask[cell]) continue;
      const voxel = voxelOf(region, map.values, cell);
      if (voxel < 0) continue;
      const [column, row] = [(cell % map.width) + 0.5, Math.floor(cell / map.width) + 0.5];
      const m = map.imageFromMap;
      const chosen = inside(m[0] * column + m[1] * row + m[2], m[3] * column + m[4] * row + m[5]);
      balance[voxel] += chosen ? 1 : -1;
      seen[voxel] = 1;
    }
    for (let voxel = 0; voxel < count; voxel++) {
      shown[voxel] += seen[voxel];
      if (balance[voxel] > 0) votes[voxel]++;
    }
  }
  for (let voxel = 0; voxel < count; voxel++) {
    if (votes[voxel] > 0 && votes[voxel] >= share * shown[voxel]) region.voxels[voxel] = 1;
  }
  return region;
}

/**
 * The pixels of a picture whose canonical point lies in a region.
 *
 * @returns `[height, width]` 0 or 1, of the picture.
 */
export function selectRegion(
  map: CanonicalMap,
  region: CanonicalRegion,
  { width, height }: { width: number; height: number },
): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const cell = cellAt(map, (pixel % width) + 0.5, Math.floor(pixel / width) + 0.5);
    if (cell < 0) continue;
    const voxel = voxelOf(region, map.values, cell);
    if (voxel >= 0) mask[pixel] = region.voxels[voxel];
  }
  return mask;
}

/** The cube around everything that the maps show. */
function gridAround(selections: RegionSelection[], resolution: number): { lower: Float64Array; side: number } {
  const [lower, upper] = [new Float64Array(3).fill(Infinity), new Float64Array(3).fill(-Infinity)];
  for (const { map } of selections) {
    for (let i = 0; i < map.values.length; i++) {
      if (!map.mask[Math.floor(i / 3)]) continue;
      lower[i % 3] = Math.min(lower[i % 3], map.values[i]);
      upper[i % 3] = Math.max(upper[i % 3], map.values[i]);
    }
  }
  if (!(upper[0] >= lower[0])) throw new Error('canonical region: expected maps with foreground, got none.');
  const longest = Math.max(...upper.map((high, a) => high - lower[a]), 1e-9);
  // A hair wider, so that the farthest points lie inside too.
  return { lower, side: (longest * (1 + 1e-6)) / resolution };
}

function voxelOf({ lower, side, resolution }: CanonicalRegion, values: Float32Array, cell: number): number {
  let voxel = 0;
  for (let a = 2; a >= 0; a--) {
    const index = Math.floor((values[cell * 3 + a] - lower[a]) / side);
    if (!(index >= 0 && index < resolution)) return -1;
    voxel = voxel * resolution + index;
  }
  return voxel;
}
