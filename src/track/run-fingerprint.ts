import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type HeadModel } from '../flame/head-model.js';
import { type Fingerprint } from '../io/checkpoint-file.js';
import { fileProblem } from '../io/read-file.js';
import { findCameras } from '../io/sequence/find-cameras.js';
import { chooseObserver, chosenNetwork } from './observer.js';
import { packageVersion } from './run-record.js';
import { type TrackOptions } from './track-options.js';

/** Options that do not shape the fit. */
const otherOptions = ['overlay', 'resume', 'checkpointSeconds', 'signal', 'onProgress'];
/** Options that name files or are told otherwise. */
const toldOtherwise = ['input', 'out', 'cams', 'head', 'align', 'network', 'neutral', 'canonical', 'masks'];

/**
 * What shapes the result of a run: the package's version, the head model, every option, and every file read with its
 * size and time of change.
 */
export async function runFingerprint(options: TrackOptions, head: HeadModel): Promise<Fingerprint> {
  const passedOver = new Set([...otherOptions, ...toldOtherwise]);
  const given = Object.entries(options).filter(([name, value]) => !passedOver.has(name) && value !== undefined);
  const { cameras } = await findCameras(options.input);
  const pictures = cameras.flatMap(({ images, video }) => images ?? [video!]);
  const { align, cams, neutral, canonical, masks } = options;
  const observer = chooseObserver(options);
  const read = [cams, neutral, canonical, masks, observer === 'file' ? align : chosenNetwork(options)];
  const further = await Promise.all(read.filter((path) => path !== undefined).map(filesAt));
  return {
    "flowfit's version": packageVersion(),
    input: resolve(options.input),
    align: observer === 'file' ? resolve(align!) : observer,
    'head model': headHash(head),
    ...Object.fromEntries(given.map(([name, value]) => [name, JSON.stringify(value)])),
    ...(await fileStamps([...pictures, ...further.flat()])),
  };
}

/** A file itself, or the files of a folder. */
async function filesAt(path: string): Promise<string[]> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry?.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((file) => file.isFile()).map(({ name }) => join(path, name));
}

async function fileStamps(paths: string[]): Promise<Fingerprint> {
  const stamps: Fingerprint = {};
  for (const path of paths) {
    try {
      const { size, mtime } = await stat(path);
      stamps[resolve(path)] = `${size} bytes of ${mtime.toISOString()}`;
    } catch (error) {
      throw new Error(`cannot read ${path}: ${fileProblem(error)}.`, { cause: error });
    }
  }
  return stamps;
}

/** SHA-256 of all arrays and names of the head model, as hex. */
function headHash(head: HeadModel): string {
  const hash = createHash('sha256');
  const add = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) {
        hash.update(name);
        add(part);
      }
    } else hash.update(String(value));
  };
  add(head);
  return hash.digest('hex').slice(0, 16);
}
