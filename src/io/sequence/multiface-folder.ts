import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Frames per second of Multiface's captures. */
export const multifaceRate = 30;

/** Levels from a camera's pictures up to the capture: `images/<segment>/<camera>`. */
const greatestDepth = 3;

/** Whether a folder is a capture of Multiface: it holds `KRT` and `images`. */
export async function isMultifaceFolder(path: string): Promise<boolean> {
  const [krt, images] = await Promise.all(
    ['KRT', 'images'].map((name) => stat(join(path, name)).catch(() => undefined)),
  );
  return krt?.isFile() === true && images?.isDirectory() === true;
}

/** Whether a folder or file is a capture of Multiface or lies in one's pictures. */
export async function isInMultiface(path: string): Promise<boolean> {
  let folder = resolve(path);
  for (let level = 0; level <= greatestDepth; level++, folder = dirname(folder)) {
    if (await isMultifaceFolder(folder)) return true;
  }
  return false;
}

/**
 * Rate of the clock that numbers a capture's frames: some numbers count frames, others count three per frame.
 *
 * @param frameNumbers ascending, frames may be missing.
 * @param frameRate frames per second.
 */
export function numberingRate(frameNumbers: number[], frameRate: number): number {
  const counts = new Map<number, number>();
  frameNumbers.slice(1).forEach((number, f) => {
    const step = number - frameNumbers[f];
    counts.set(step, (counts.get(step) ?? 0) + 1);
  });
  const [step] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b)[0] ?? [1];
  return frameRate * step;
}
