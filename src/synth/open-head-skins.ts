import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assetPath } from '../io/asset-path.js';
import { openHeadLayout } from '../io/head-models/open-head-layout.js';
import { readFileBytes } from '../io/read-file.js';
import { decodeSkin, type Skin } from './skin.js';

/** Reads the skins that ship with the open head, in the order of their names. */
export async function loadOpenHeadSkins(): Promise<Skin[]> {
  const folder = assetPath('open-head', 'skins');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return Promise.all(names.map(async (name) => decodeSkin(await readFileBytes(join(folder, name)), openHeadLayout)));
}
