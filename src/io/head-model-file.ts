import { parseHeadModel } from '../flame/container.js';
import { type HeadModel } from '../flame/head-model.js';
import { assetPath } from './asset-path.js';
import { readFileBytes } from './read-file.js';

/**
 * Reads a head model.
 *
 * @param path a head model container; the embedded open head where there is none.
 */
export async function loadHeadModel(path: string = assetPath('open-head', 'open-head.npz')): Promise<HeadModel> {
  const bytes = await readFileBytes(path);
  try {
    return parseHeadModel(bytes);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
