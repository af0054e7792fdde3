import { basename, extname, join } from 'node:path';
import { findPoint, type FoundPoint, semanticPoint } from '../../canonical/query-point.js';
import { canonicalRegion, selectRegion } from '../../canonical/select-region.js';
import { type RgbImage } from '../../geometry/image.js';
import { readJsonFile } from '../../io/read-file.js';
import { readImage } from '../../io/sequence/read-image.js';
import { makeFolder, writeFileAtomic } from '../../io/write-file.js';
import { drawPoints } from '../../render/draw-points.js';
import { encodeImage } from '../../render/image-file.js';
import { composite } from '../../render/layer.js';
import { type CanonicalOptions, type CanonicalPicture, openPictures } from './pictures.js';

/** A named point: its place in canonical space, and where each picture shows it. */
export interface QueriedPoint {
  canonical: number[];
  spread: number;
  /** picture -> pixels and canonical distance; null where nothing is within reach. */
  found: Record<string, FoundPoint | null>;
}

/** Names of points, of the pictures in which they are shown, and where: pixels. */
type Annotations = Record<string, Record<string, [number, number]>>;

const colours: [number, number, number][] = [
  [230, 60, 60],
  [70, 200, 90],
  [80, 140, 255],
  [240, 200, 50],
  [240, 140, 40],
  [190, 90, 230],
];

/**
 * Finds points that some pictures show in all of them; writes `points.json`, and `<picture>-points.png` each.
 *
 * @param annotations JSON file: name of the point -> file name of a picture -> [x, y].
 */
export async function queryPoints(
  paths: string[],
  annotations: string,
  { reach }: { reach?: number },
  options: CanonicalOptions,
): Promise<{ out: string; points: Record<string, QueriedPoint> }> {
  const { out } = options;
  const wanted = checkAnnotations(await readJsonFile(annotations), annotations);
  await makeFolder(out);
  const { pictures } = await openPictures(paths, options);
  const points: [string, QueriedPoint][] = Object.entries(wanted).map(([name, places]) => {
    const shown = Object.entries(places).map(([file, [x, y]]) => {
      const map = named(pictures, file, `${annotations}: ${name}`).map;
      return { map, x, y };
    });
    const point = semanticPoint(shown, name);
    const found = pictures.map((picture) => [picture.name, findPoint(picture.map, point, { reach }) ?? null]);
    return [name, { canonical: [...point.canonical], spread: point.spread, found: Object.fromEntries(found) }];
  });
  for (const { name, image } of pictures) {
    const places = points.flatMap(([, { found }]) => (found[name] ? [found[name].x, found[name].y] : [NaN, NaN]));
    const dots = points.map((_, k) => colours[k % colours.length]);
    const drawn = drawPoints(image, places, dots, Math.max(2, image.width / 120));
    await writeFileAtomic(join(out, `${name}-points.png`), await encodeImage(drawn, { format: 'png' }));
  }
  const record = Object.fromEntries(points);
  await writeFileAtomic(join(out, 'points.json'), `${JSON.stringify(record, null, 2)}\n`);
  return { out, points: record };
}

export interface SelectRegionOptions {
  /** Voxels along each side of canonical space. */
  resolution?: number;
  /** Share of the pictures that show a voxel and have to agree on it. */
  share?: number;
}

/**
 * Finds a region that is painted in some pictures in all of them; writes `<picture>-region.png`, a mask each, and
 * `<picture>-selected.png`.
 *
 * @param selections file name of a picture and a mask of its size each: bright is selected.
 */
export async function selectRegions(
  paths: string[],
  selections: { picture: string; mask: string }[],
  { resolution, share }: SelectRegionOptions,
  options: CanonicalOptions,
): Promise<{ out: string; pixels: Record<string, number> }> {
  const { out } = options;
  await makeFolder(out);
  const { pictures } = await openPictures(paths, options);
  const painted = await Promise.all(
    selections.map(async ({ picture, mask }) => {
      const { image, map } = named(pictures, picture, '--selection');
      const painting = await readImage(mask);
      if (painting.width !== image.width || painting.height !== image.height) {
        const [expected, got] = [image, painting].map(({ width, height }) => `${width} x ${height}`);
        throw new Error(`${mask}: expected a mask of ${expected} pixels as its picture, got ${got}.`);
      }
      return { map, inside: brightIn(painting) };
    }),
  );
  const region = canonicalRegion(painted, { resolution, share });
  const pixels: Record<string, number> = {};
  for (const { name, image, map } of pictures) {
    const mask = selectRegion(map, region, image);
    pixels[name] = mask.reduce((sum, inside) => sum + inside, 0);
    const data = Uint8Array.from({ length: mask.length * 3 }, (_, i) => 255 * mask[Math.floor(i / 3)]);
    const bytes = await encodeImage({ ...image, data }, { format: 'png' });
    await writeFileAtomic(join(out, `${name}-region.png`), bytes);
    const colour = Float32Array.from({ length: mask.length * 3 }, (_, i) => colours[0][i % 3]);
    const layer = { width: image.width, height: image.height, colour, alpha: Float32Array.from(mask) };
    const drawn = await encodeImage(composite(image, layer, 0.5), { format: 'png' });
    await writeFileAtomic(join(out, `${name}-selected.png`), drawn);
  }
  return { out, pixels };
}

function brightIn({ width, height, data }: RgbImage): (x: number, y: number) => boolean {
  return (x, y) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const inside = column >= 0 && row >= 0 && column < width && row < height;
    return inside && data[(row * width + column) * 3] >= 128;
  };
}

function named(pictures: CanonicalPicture[], file: string, where: string): CanonicalPicture {
  const picture = pictures.find(({ name }) => name === basename(file, extname(file)));
  if (picture) return picture;
  const names = pictures.map(({ name }) => name).join(', ');
  throw new Error(`${where}: expected one of the pictures ${names}, got '${file}'.`);
}

function checkAnnotations(value: unknown, where: string): Annotations {
  const isRecord = (entry: unknown): entry is Record<string, unknown> =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  const isPlace = (entry: unknown) =>
    Array.isArray(entry) && entry.length === 2 && entry.every((number) => Number.isFinite(number));
  if (!isRecord(value) || Object.keys(value).length === 0) {
    throw new Error(`${where}: expected an object of named points, got something else.`);
  }
  for (const [name, places] of Object.entries(value)) {
    if (!isRecord(places) || !Object.values(places).every(isPlace)) {
      throw new Error(`${where}: expected '${name}' as an object from picture to [x, y], got something else.`);
    }
  }
  return value as Annotations;
}
