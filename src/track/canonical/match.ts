import { join } from 'node:path';
import { type CanonicalMap } from '../../canonical/canonical-map.js';
import { imageFromMap } from '../../canonical/map-points.js';
import { matchMaps, type MatchMapsOptions, matchPixels } from '../../canonical/match-maps.js';
import { pictureMap } from '../../canonical/picture-map.js';
import { warpPicture } from '../../canonical/warp-picture.js';
import { makeFolder, writeFileAtomic } from '../../io/write-file.js';
import { drawMatches } from '../../render/draw-matches.js';
import { encodeImage } from '../../render/image-file.js';
import { formatNpz } from '../../tensor/npz.js';
import { type CanonicalOptions, openPictures } from './pictures.js';

/** What a matching of two pictures came to. */
export interface MatchSummary {
  out: string;
  /** Foreground cells of the two maps. */
  foreground: [number, number];
  matches: number;
  /** Canonical units. */
  medianDistance: number;
  /** Of the matching alone. */
  seconds: number;
}

/**
 * Matches two photographs and writes `matches.npz` (`first`, `second` `[N, 2]` pixels, `distance` `[N]`) and
 * `matches.png`.
 */
export async function matchPictures(
  paths: [string, string],
  matching: MatchMapsOptions,
  options: CanonicalOptions,
): Promise<MatchSummary> {
  const { out } = options;
  await makeFolder(out);
  const { pictures } = await openPictures(paths, options);
  const [first, second] = pictures;
  const started = performance.now();
  const matches = matchMaps(first.map, second.map, matching);
  const targets = matchPixels(first.map, second.map, matches);
  const seconds = (performance.now() - started) / 1000;
  const cells = Array.from(matches.cells.keys()).filter((cell) => matches.cells[cell] >= 0);
  const from = Float32Array.from(cells.flatMap((cell) => cellPixel(first.map, cell)));
  const to = Float32Array.from(cells.flatMap((cell) => [targets[cell * 2], targets[cell * 2 + 1]]));
  const distance = Float32Array.from(cells, (cell) => matches.distances[cell]);
  const pairs = (data: Float32Array) => ({ dtype: 'float32' as const, shape: [cells.length, 2], data });
  const file = formatNpz({
    first: pairs(from),
    second: pairs(to),
    distance: { dtype: 'float32', shape: [cells.length], data: distance },
  });
  await writeFileAtomic(join(out, 'matches.npz'), file);
  const picture = drawMatches(first.image, second.image, from, to);
  await writeFileAtomic(join(out, 'matches.png'), await encodeImage(picture, { format: 'png' }));
  return {
    out,
    foreground: [foregroundCount(first.map), foregroundCount(second.map)],
    matches: cells.length,
    medianDistance: Float32Array.from(distance).sort()[distance.length >> 1] ?? NaN,
    seconds,
  };
}

/** Gives the second photograph the colours of the first and writes `warped.png`. */
export async function warpPictures(
  [source, target]: [string, string],
  matching: MatchMapsOptions,
  options: CanonicalOptions,
): Promise<{ out: string; covered: number }> {
  const { out } = options;
  await makeFolder(out);
  const { pictures } = await openPictures([source, target], options);
  const shape = pictureMap(pictures[1].map, pictures[1].image);
  const { image, covered } = warpPicture(pictures[0], shape, matching);
  await writeFileAtomic(join(out, 'warped.png'), await encodeImage(image, { format: 'png' }));
  return { out, covered: covered.reduce((sum, inside) => sum + inside, 0) };
}

function cellPixel(map: CanonicalMap, cell: number): [number, number] {
  return imageFromMap(map, (cell % map.width) + 0.5, Math.floor(cell / map.width) + 0.5);
}

function foregroundCount({ mask }: CanonicalMap): number {
  return mask.reduce((sum, inside) => sum + inside, 0);
}
