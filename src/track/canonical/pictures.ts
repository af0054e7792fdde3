import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type Device } from '../../alignment/onnx-session.js';
import { type CanonicalMap, type CanonicalSpace } from '../../canonical/canonical-map.js';
import { type RgbImage } from '../../geometry/image.js';
import { type Sequence } from '../../geometry/sequence.js';
import { readCanonical } from '../../io/canonical/read-canonical.js';
import { mapEndings } from '../../io/canonical/read-map-file.js';
import { fileProblem } from '../../io/read-file.js';
import { imageEndings, readImage } from '../../io/sequence/read-image.js';

/** What all canonical commands take. */
export interface CanonicalOptions {
  /** A network, a folder of maps, or one map; the network that ships where absent. */
  maps?: string;
  /** Folder of foreground masks, or one. */
  masks?: string;
  /** Folder to write. */
  out: string;
  /** Which face, 0 the largest. */
  face?: number;
  device?: Device;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** A photograph and its canonical map. */
export interface CanonicalPicture {
  /** The file's name without its ending. */
  name: string;
  image: RgbImage;
  map: CanonicalMap;
}

/** Photographs with their maps: from a network, or from the files of the same names in a folder of maps. */
export async function openPictures(
  paths: string[],
  { maps, masks, face, device, signal, onProgress }: Omit<CanonicalOptions, 'out'>,
): Promise<{ pictures: CanonicalPicture[]; space: CanonicalSpace }> {
  const names = paths.map((path) => basename(path, extname(path)));
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) throw new Error(`canonical: expected pictures of different names, got '${twice}' twice.`);
  const pictures: CanonicalPicture[] = [];
  let space: CanonicalSpace = 'unit-cube';
  for (const [k, path] of paths.entries()) {
    const image = await readImage(path);
    const source = maps === undefined ? undefined : await besides(maps, names, k, mapEndings);
    const mask = masks === undefined ? undefined : await besides(masks, names, k, imageEndings);
    const options = { masks: mask, face, device, signal, ordered: false };
    const canonical = await readCanonical(source, singlePicture(names[k], image), options).catch((error: Error) => {
      throw new Error(`${path}: ${error.message}`, { cause: error });
    });
    pictures.push({ name: names[k], image, map: canonical.maps[0]! });
    space = canonical.space;
    onProgress?.(k + 1, paths.length);
  }
  return { pictures, space };
}

/** The file of a picture's name in a folder; a network serves all pictures, and a file a picture that is alone. */
async function besides(path: string, names: string[], k: number, endings: string[]): Promise<string> {
  const entry = await stat(path).catch((error: unknown) => {
    throw new Error(`cannot open ${path}: ${fileProblem(error)}.`, { cause: error });
  });
  if (!entry.isDirectory()) {
    if (names.length === 1 || extname(path).toLowerCase() === '.onnx') return path;
    throw new Error(`${path}: expected a folder with files of ${names.length} pictures, got a file.`);
  }
  const name = names[k];
  const files = await readdir(path);
  const own = endings.map((ending) => `${name}.${ending}`).find((file) => files.includes(file));
  if (own === undefined) throw new Error(`${path}: expected a file '${name}' (${endings.join(', ')}), got none.`);
  return join(path, own);
}

/** A sequence of one photograph. */
export function singlePicture(name: string, image: RgbImage): Sequence {
  return {
    cameraIds: [name],
    viewCount: 1,
    frameCount: 1,
    frameNumbers: [0],
    times: Float64Array.of(0),
    imageSizes: [{ width: image.width, height: image.height }],
    warnings: [],
    read: async () => image,
    close: async () => undefined,
  };
}
