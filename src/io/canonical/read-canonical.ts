import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { type OnnxSession } from '../../alignment/onnx-session.js';
import { predictCanonical, type PredictCanonicalOptions } from '../../alignment/predict-canonical.js';
import { type CanonicalMap, type CanonicalSequence } from '../../canonical/canonical-map.js';
import { trimMap } from '../../canonical/trim-map.js';
import { type Sequence } from '../../geometry/sequence.js';
import { assetPath } from '../asset-path.js';
import { readFileBytes } from '../read-file.js';
import { imageEndings, readImage } from '../sequence/read-image.js';
import { applyMask } from './apply-mask.js';
import { findFrameFiles } from './frame-files.js';
import { floatArrays, type MapArrays, type MapArraysForm, mapArraysForm, mapFromArrays } from './map-arrays.js';
import { readMapSettings } from './map-settings.js';
import { mapEndings, readMapFile } from './read-map-file.js';

export interface ReadCanonicalOptions extends Omit<PredictCanonicalOptions, 'where'> {
  /** Folder of foreground masks, joined with the pictures as the maps are; one file for one picture. */
  masks?: string;
}

/** The maps of a sequence, and the engine where a network made them. */
export interface ReadCanonical extends CanonicalSequence {
  engine?: Pick<OnnxSession, 'provider' | 'refused'>;
}

/**
 * The canonical maps of a sequence: by a network (`.onnx`, contract `canonical-map/1`) from its pictures, or from files
 * (a folder, or one file), as docs/canonical.md describes them.
 *
 * @param path the network, folder or file; the network that ships where there is none.
 */
export async function readCanonical(
  path: string | undefined,
  sequence: Sequence,
  options: ReadCanonicalOptions = {},
): Promise<ReadCanonical> {
  const { masks, ...predicting } = options;
  const source = path ?? embeddedNetwork();
  const canonical =
    extname(source).toLowerCase() === '.onnx'
      ? await predictCanonical(sequence, await readFileBytes(source), { ...predicting, where: source })
      : await readMaps(source, sequence, predicting);
  if (masks !== undefined) await maskMaps(canonical.maps, masks, sequence);
  if (canonical.maps.every((map) => map === undefined || !map.mask.includes(1))) {
    throw new Error(`${source}: expected canonical maps with foreground of the pictures, got none.`);
  }
  return canonical;
}

/** The canonical network that ships. */
function embeddedNetwork(): string {
  const path = assetPath('canonical', 'canonical-s.onnx');
  if (!existsSync(path)) throw new Error(`canonical: expected a network or a folder of maps, got none.`);
  return path;
}

async function readMaps(
  path: string,
  sequence: Sequence,
  { onProgress, signal }: Pick<ReadCanonicalOptions, 'onProgress' | 'signal'>,
): Promise<CanonicalSequence> {
  const { frameCount, viewCount, imageSizes } = sequence;
  const files = await findFrameFiles(path, sequence, mapEndings, 'canonical maps');
  const settings = await readMapSettings(files.folder);
  const maps: (CanonicalMap | undefined)[] = new Array(frameCount * viewCount).fill(undefined);
  let done = 0;
  for (let view = 0; view < viewCount; view++) {
    let opened: { path: string; arrays: MapArrays; form: MapArraysForm } | undefined;
    for (let frame = 0; frame < frameCount; frame++) {
      signal?.throwIfAborted();
      const file = files.find(frame, view);
      if (file) {
        if (opened?.path !== file.path) opened = await openMaps(file.path, file.whole ? frameCount : 1);
        const { arrays, form } = opened;
        const map = mapFromArrays(arrays, form, file.whole ? frame : 0, imageSizes[view], settings, file.path);
        maps[frame * viewCount + view] = trimMap(map);
      }
      onProgress?.(++done, maps.length);
    }
  }
  return { space: settings.space, frameCount, viewCount, maps };
}

async function openMaps(path: string, expected: number) {
  const raw = await readMapFile(path);
  const form = mapArraysForm(raw, path);
  if (form.count !== expected) {
    throw new Error(`${path}: expected the maps of ${expected} pictures, got ${form.count}.`);
  }
  return { path, arrays: floatArrays(raw, path), form };
}

/** Takes from the maps' foreground what the masks do not have; a picture without a mask keeps what it has. */
async function maskMaps(maps: (CanonicalMap | undefined)[], path: string, sequence: Sequence): Promise<void> {
  const { frameCount, viewCount, imageSizes } = sequence;
  const files = await findFrameFiles(path, sequence, imageEndings, 'foreground masks');
  for (const [picture, map] of maps.entries()) {
    const [frame, view] = [Math.floor(picture / viewCount), picture % viewCount];
    const file = map && files.find(frame, view);
    if (!file) continue;
    if (file.whole && frameCount > 1) {
      throw new Error(`${file.path}: expected foreground masks of ${frameCount} frames, got one.`);
    }
    maps[picture] = applyMask(map, await readImage(file.path), imageSizes[view]);
  }
}
