import { extname } from 'node:path';
import sharp from 'sharp';
import { type NpyArray, parseNpy } from '../../tensor/npy.js';
import { parseNpz } from '../../tensor/npz.js';
import { fileProblem, readFileBytes } from '../read-file.js';
import { type MapArrays, mostCells } from './map-arrays.js';

/** File name endings of maps. */
export const mapEndings = ['npz', 'npy', 'png'];

/** Bytes of an archive of maps, unpacked, at most. */
const mostBytes = 2 ** 32;

/** Names that files have for the same array. */
const names: Record<keyof MapArrays, string[]> = {
  canonical: ['canonical', 'canonical_map', 'uvw'],
  mask: ['mask'],
  confidence: ['confidence'],
  conf: ['conf'],
  sigma: ['sigma'],
  depth: ['depth'],
  imageFromMap: ['image_from_map'],
};

/**
 * The arrays in a file of maps: `.npy` (the coordinates alone), `.npz` (with what else there is; Face Anything's raw
 * predictions are one), or `.png` (16 bits a channel: coordinates in [0, 1], background black or transparent).
 */
export async function readMapFile(path: string): Promise<MapArrays> {
  switch (extname(path).toLowerCase()) {
    case '.npy':
      return { canonical: parseNpy(await readFileBytes(path), path) };
    case '.npz':
      return readArchive(path);
    case '.png':
      return readPng(path);
    default:
      throw new Error(`${path}: expected a canonical map as .npz, .npy or .png.`);
  }
}

async function readArchive(path: string): Promise<MapArrays> {
  const arrays = parseNpz(await readFileBytes(path), { where: path, maxBytes: mostBytes });
  const find = (key: keyof MapArrays): NpyArray | undefined =>
    names[key].map((name) => (Object.hasOwn(arrays, name) ? arrays[name] : undefined)).find((array) => array);
  const canonical = find('canonical');
  if (!canonical) {
    const got = Object.keys(arrays).join(', ') || 'none';
    throw new Error(`${path}: expected an array '${names.canonical.join("' or '")}', got ${got}.`);
  }
  const optional = (Object.keys(names) as (keyof MapArrays)[]).map((key) => [key, find(key)]);
  return { ...Object.fromEntries(optional), canonical };
}

async function readPng(path: string): Promise<MapArrays> {
  const bytes = await readFileBytes(path);
  const { data, width, height, channels } = await decode(bytes, path);
  const cells = width * height;
  const canonical = new Float32Array(cells * 3);
  const mask = new Uint8Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    for (let a = 0; a < 3; a++) canonical[cell * 3 + a] = data[cell * channels + a] / 65535;
    const black = canonical[cell * 3] + canonical[cell * 3 + 1] + canonical[cell * 3 + 2] === 0;
    mask[cell] = black || (channels === 4 && data[cell * channels + 3] < 32768) ? 0 : 1;
  }
  return {
    canonical: { dtype: 'float32', shape: [height, width, 3], data: canonical },
    mask: { dtype: 'uint8', shape: [height, width], data: mask },
  };
}

async function decode(bytes: Uint8Array, path: string) {
  const fail = (what: string) => new Error(`${path}: expected a PNG of 16 bits a channel in colour, got ${what}.`);
  const open = () => sharp(bytes, { failOn: 'error', limitInputPixels: mostCells });
  const { format, depth, channels, width, height } = await open()
    .metadata()
    .catch((error: unknown) => {
      throw fail(fileProblem(error).replace(/\s+/g, ' ').replace(/\.$/, ''));
    });
  if (format !== 'png' || depth !== 'ushort' || (channels !== 3 && channels !== 4)) {
    throw fail(`${format} of ${depth === 'uchar' ? '8 bits' : depth} with ${channels} channels`);
  }
  if (width * height > mostCells) throw fail(`${width} x ${height} pixels, more than ${mostCells}`);
  try {
    // Left in its own colour space: the numbers are coordinates, no colours.
    const { data, info } = await open()
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    return {
      data: new Uint16Array(data.buffer, data.byteOffset, data.length / 2),
      width,
      height,
      channels: info.channels,
    };
  } catch (error) {
    throw fail(fileProblem(error).replace(/\s+/g, ' ').replace(/\.$/, ''));
  }
}
