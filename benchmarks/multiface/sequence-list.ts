import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readCalibration } from '../../src/io/calibration.js';
import { fileProblem, readFileBytes } from '../../src/io/read-file.js';
import { isMultifaceFolder } from '../../src/io/sequence/multiface-folder.js';

/** One sequence of the benchmark: a person's performance before one camera. */
export interface ListedSequence {
  entity: string;
  segment: string;
  camera: string;
  /** Folder of the capture, which holds `KRT`. */
  capture: string;
}

/** A sequence's name in tables and folders. */
export function sequenceName({ entity, segment, camera }: ListedSequence): string {
  return `${entity}/${segment}/${camera}`;
}

/** The list that lies beside the captures unless another is given. */
const defaultList = 'sequences.txt';
/** Names that an error lists at most. */
const namedLimit = 12;

/**
 * The sequences of a list over a capture of Multiface or a folder of them: lines of entity, segment and camera, `#`
 * begins a comment.
 *
 * @throws there is no capture, or a line names what is not there.
 */
export async function listSequences(multiface: string, list?: string): Promise<ListedSequence[]> {
  const captures = await findCaptures(multiface);
  const file = list ?? join(multiface, defaultList);
  const bytes = await readFileBytes(file).catch((error: unknown) => {
    if (list !== undefined) throw error;
    throw new Error(`expected --list with lines 'entity segment camera', or ${file}; got neither.`, { cause: error });
  });
  const sequences: ListedSequence[] = [];
  for (const [i, line] of new TextDecoder().decode(bytes).split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/).filter(Boolean);
    if (words.length > 0) sequences.push(await checkLine(words, captures, `${file}, line ${i + 1}`));
  }
  if (sequences.length === 0) throw new Error(`${file}: expected lines 'entity segment camera', got none.`);
  return sequences;
}

/** Captures by entity: the fourth part of `m--<date>--<time>--<entity>--GHS`, else the folder's whole name. */
async function findCaptures(path: string): Promise<Map<string, string>> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw new Error(`cannot open ${path}: ${fileProblem(error)}.`, { cause: error });
  });
  const candidates = [resolve(path), ...entries.map(({ name }) => join(resolve(path), name))];
  const captures = new Map<string, string>();
  for (const folder of candidates) {
    if (!(await isMultifaceFolder(folder))) continue;
    const name = basename(folder);
    captures.set(/^m--[^-]+--[^-]+--(.+)--GHS$/.exec(name)?.[1] ?? name, folder);
  }
  if (captures.size === 0) {
    throw new Error(
      `${path}: expected a Multiface capture (KRT beside images and tracked_mesh) or a folder of them, got none.`,
    );
  }
  return captures;
}

async function checkLine(words: string[], captures: Map<string, string>, where: string): Promise<ListedSequence> {
  const [entity, segment, camera, ...more] = words;
  if (camera === undefined || more.length > 0) {
    throw new Error(`${where}: expected 'entity segment camera', got '${words.join(' ')}'.`);
  }
  const capture = captures.get(entity);
  if (capture === undefined) throw unknownName(where, 'an entity', [...captures.keys()], entity);
  const segments = await folders(join(capture, 'images'));
  if (!segments.includes(segment)) throw unknownName(where, `a segment of ${entity}`, segments, segment);
  if (!(await folders(join(capture, 'tracked_mesh'))).includes(segment)) {
    throw new Error(`${where}: expected tracked meshes in ${join(capture, 'tracked_mesh', segment)}, got none.`);
  }
  const cameras = await folders(join(capture, 'images', segment));
  if (!cameras.includes(camera)) throw unknownName(where, `a camera with pictures of ${segment}`, cameras, camera);
  const calibrated = (await readCalibration(join(capture, 'KRT'))).map(({ id }) => id);
  if (!calibrated.includes(camera)) throw unknownName(where, `a camera of ${entity}'s KRT`, calibrated, camera);
  return { entity, segment, camera, capture };
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isFile()).map(({ name }) => name);
}

function unknownName(where: string, what: string, known: string[], got: string): Error {
  const shown = known.slice(0, namedLimit).join(', ') + (known.length > namedLimit ? ', ...' : '');
  return new Error(`${where}: expected ${what} (${shown || 'there is none'}), got '${got}'.`);
}
