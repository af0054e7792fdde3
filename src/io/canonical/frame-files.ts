import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type Sequence } from '../../geometry/sequence.js';
import { fileProblem } from '../read-file.js';
import { numberFrames } from '../sequence/frame-numbers.js';

/** The file of a picture. */
export interface FrameFile {
  path: string;
  /** Whether the file is the only one of its camera, and holds all of the camera's frames. */
  whole: boolean;
}

/** Files beside the pictures of a sequence. */
export interface FrameFiles {
  /** The folder that holds them. */
  folder: string;
  find(frame: number, view: number): FrameFile | undefined;
}

/**
 * The files beside a sequence's pictures, joined by camera and frame number: a folder of files, for several cameras with
 * a folder of each camera's name, or one file.
 *
 * @param endings which files count, without the dot.
 * @param what to call them in errors.
 */
export async function findFrameFiles(
  path: string,
  sequence: Pick<Sequence, 'cameraIds' | 'frameNumbers'>,
  endings: string[],
  what: string,
): Promise<FrameFiles> {
  const entry = await stat(path).catch((error: unknown) => {
    throw new Error(`cannot open ${path}: ${fileProblem(error)}.`, { cause: error });
  });
  const { cameraIds, frameNumbers } = sequence;
  if (entry.isFile()) {
    if (cameraIds.length !== 1) {
      throw new Error(`${path}: expected a folder with the ${what} of ${cameraIds.length} cameras, got a file.`);
    }
    return { folder: dirname(path), find: () => ({ path, whole: true }) };
  }
  const byCamera: Map<number, string>[] = [];
  for (const id of cameraIds) {
    const own = join(path, basename(id));
    const isOwn = await stat(own).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isOwn && cameraIds.length > 1) {
      throw new Error(`${path}: expected a folder '${id}' with the ${what} of that camera, got none.`);
    }
    byCamera.push(await listFrames(isOwn ? own : path, endings, what));
  }
  return {
    folder: path,
    find(frame, view) {
      const files = byCamera[view];
      // A file alone belongs to all frames, whatever its name.
      if (files.size === 1) return { path: [...files.values()][0], whole: true };
      const file = files.get(frameNumbers[frame]);
      return file === undefined ? undefined : { path: file, whole: false };
    },
  };
}

async function listFrames(folder: string, endings: string[], what: string): Promise<Map<number, string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new Error(`cannot open ${folder}: ${fileProblem(error)}.`, { cause: error });
  });
  const files = entries
    .filter((entry) => entry.isFile() && endings.includes(extname(entry.name).slice(1).toLowerCase()))
    .map(({ name }) => join(folder, name));
  if (files.length === 0) throw new Error(`${folder}: expected ${what} (${endings.join(', ')}), got none.`);
  return numberFrames(files).files;
}
