import { readFile } from 'node:fs/promises';

const problems: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
  EMFILE: 'too many files are open',
};

/** What a failed file operation tripped over, in words. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return problems[code ?? ''] ?? message;
}

/** The bytes of a file, or an error that names it. */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`cannot read ${path}: ${fileProblem(error)}.`, { cause: error });
  }
}

/** The JSON document in a file, or an error that names it. */
export async function readJsonFile(path: string): Promise<unknown> {
  const bytes = await readFileBytes(path);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Error(`${path}: expected JSON, got something else: ${(error as Error).message}.`, { cause: error });
  }
}
