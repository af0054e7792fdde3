import { access, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileProblem } from './read-file.js';

let written = 0;

/**
 * Writes a file so that its name never holds half of it: to a temporary name beside it, to the disk, then renamed.
 * Missing folders are made.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${written++}.tmp`);
  try {
    await makeFolders(dirname(path));
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new Error(`cannot write ${path}: ${fileProblem(error)}.`, { cause: error });
  }
}

/** Makes a folder and those above it, so that work whose result could not be written is not begun. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
    await access(path, constants.W_OK);
  } catch (error) {
    throw new Error(`cannot write ${path}: ${fileProblem(error)}.`, { cause: error });
  }
}

/** Makes the folders one by one: Node's own recursive mkdir never ends in a place like /proc, where mkdir says ENOENT. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path || (await exists(dirname(path)))) throw error;
    await makeFolders(dirname(path));
    await mkdir(path).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Names that {@link writeFileAtomic} writes to before it renames. */
const temporaryName = /^\..+\.\d+-\d+\.tmp$/;

/** Removes what a killed run had only half written, in a folder and those below it. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeLeftovers(path);
    else if (temporaryName.test(entry.name)) await rm(path, { force: true });
  }
}
