import { type HeadModel } from '../flame/head-model.js';
import { assetPath } from './asset-path.js';
import { importHeadModel } from './head-models/import-head-model.js';

/**
 * Reads a head model.
 *
 * @param path a head model container, or a model of another format that can be imported without further files; the
 *   embedded open head where there is none.
 */
export function loadHeadModel(path: string = assetPath('open-head', 'open-head.npz')): Promise<HeadModel> {
  return importHeadModel(path);
}
