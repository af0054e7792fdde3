import { inflateSync, zipSync, type Zippable } from 'fflate';
import { crc32 } from './crc32.js';
import { formatNpy, type NpyArray, parseNpy } from './npy.js';
import { readZipDirectory, type ZipEntry, zipEntryBytes } from './zip-directory.js';

export interface ParseNpzOptions {
  /** What to call the file in errors. */
  where?: string;
  /** Refuses archives that declare more than this, unpacked; bytes. */
  maxBytes?: number;
}

export interface FormatNpzOptions {
  compress?: boolean;
}

const defaultMaxBytes = 2 ** 31;
/** Deflate cannot do better than 1032 to 1, so an entry that declares more is lying. */
const bestRatio = 1032;
/** fflate writes no ZIP64. */
const writeLimit = 2 ** 32 - 2 ** 20;

/** Unpacks an `.npz` file: array name -> the bytes of its `.npy` file. Files that are no arrays are left out. */
export function unpackNpz(bytes: Uint8Array, { where = 'npz', maxBytes = defaultMaxBytes }: ParseNpzOptions = {}) {
  const entries = readZipDirectory(bytes, where).filter(({ name }) => name.endsWith('.npy'));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) throw new Error(`${where}: expected at most ${maxBytes} bytes unpacked, got ${total}.`);
  return Object.fromEntries(entries.map((entry) => [entry.name.slice(0, -4), unpackEntry(bytes, entry, where)]));
}

function unpackEntry(bytes: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  const { name, method, size, compressedSize, crc } = entry;
  if (method !== 0 && method !== 8) {
    throw new Error(`${where}: expected '${name}' stored or deflated, got zip method ${method}.`);
  }
  if (size > bestRatio * compressedSize || (method === 0 && size !== compressedSize)) {
    throw new Error(`${where}: '${name}' declares ${size} bytes, which its ${compressedSize} bytes cannot hold.`);
  }
  const packed = zipEntryBytes(bytes, entry, where);
  const content = method === 0 ? new Uint8Array(packed) : inflate(packed, size, `${where}: '${name}'`);
  if (crc32(content) !== crc) throw new Error(`${where}: '${name}' is damaged; its checksum does not agree.`);
  return content;
}

function inflate(packed: Uint8Array, size: number, where: string): Uint8Array {
  try {
    return inflateSync(packed, { out: new Uint8Array(size) });
  } catch {
    throw new Error(`${where} is damaged and cannot be unpacked.`);
  }
}

/** Parses an `.npz` file. */
export function parseNpz(bytes: Uint8Array, options: ParseNpzOptions = {}): Record<string, NpyArray> {
  const files = Object.entries(unpackNpz(bytes, options));
  return Object.fromEntries(files.map(([name, file]) => [name, parseNpy(file, `${options.where ?? 'npz'}: ${name}`)]));
}

/** Writes an `.npz` file; the same arrays give the same bytes. */
export function formatNpz(arrays: Record<string, NpyArray>, { compress = true }: FormatNpzOptions = {}): Uint8Array {
  const files: Zippable = {};
  let total = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const file = formatNpy(array, name);
    total += file.length;
    files[`${name}.npy`] = [file, { level: compress ? 6 : 0 }];
  }
  if (total > writeLimit) throw new Error(`npz: expected at most ${writeLimit} bytes of arrays, got ${total}.`);
  return zipSync(files, { mtime: new Date(1980, 0, 1) });
}
