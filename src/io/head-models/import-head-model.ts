import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkHeadModel } from '../../flame/check-head-model.js';
import { headModelFromArrays } from '../../flame/container.js';
import { type HeadModel } from '../../flame/head-model.js';
import { readFileBytes } from '../read-file.js';
import { addIrisPoints } from './eyeballs.js';
import { readFlameLandmarks } from './flame-landmarks.js';
import { jointRegions, readFlameRegions } from './flame-regions.js';
import { importFlame, isFlame } from './import-flame.js';
import { importGnm, isGnm } from './import-gnm.js';
import { importIct, isIct } from './import-ict.js';
import { type ModelArrays, readModelArrays } from './model-arrays.js';
import { readIctFolder } from './read-ict-folder.js';

export interface ImportHeadModelOptions {
  /** What to call the model; the file's name where there is none. */
  name?: string;
  /** Files of landmark embeddings on the model's triangles. */
  landmarks?: string[];
  /** A file of vertex masks by name. */
  masks?: string;
}

/**
 * Reads a head model of any format that is known, told by its content: a container, FLAME, ICT-FaceKit (its folder of
 * OBJ files, or the light npz), GNM.
 */
export async function importHeadModel(path: string, options: ImportHeadModelOptions = {}): Promise<HeadModel> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const arrays = isFolder ? await readIctFolder(path) : await readModelArraysFrom(path);
  const name = options.name ?? basename(path).replace(/\.\w+$/, '');
  const head = 'meta' in arrays ? container(arrays, path) : fromArrays(arrays, name, path);
  for (const file of options.landmarks ?? []) {
    const found = readFlameLandmarks(await readModelArraysFrom(file), file);
    Object.assign(head, found);
  }
  if (head.landmarks478) head.landmarks478 = addIrisPoints(head, head.landmarks478);
  if (options.masks) {
    const masks = await readModelArraysFrom(options.masks);
    const found = readFlameRegions(masks, head.vertexCount, options.masks);
    Object.assign(head, { ...found, regions: { ...head.regions, ...found.regions } });
  }
  checkHeadModel(head);
  return head;
}

async function readModelArraysFrom(path: string): Promise<ModelArrays> {
  return readModelArrays(await readFileBytes(path), path);
}

function container(arrays: ModelArrays, path: string): HeadModel {
  try {
    return headModelFromArrays(arrays);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function fromArrays(arrays: ModelArrays, name: string, where: string): HeadModel {
  if (isFlame(arrays)) {
    const head = importFlame(arrays, name);
    head.regions = jointRegions(head);
    if ('landmark_indices' in arrays) Object.assign(head, readFlameLandmarks(arrays, where));
    return head;
  }
  if (isIct(arrays)) return importIct(arrays, name);
  if (isGnm(arrays)) return importGnm(arrays, name);
  const keys = Object.keys(arrays).slice(0, 12).join(', ') || 'none';
  throw new Error(
    `${where}: expected a head model container, FLAME, ICT-FaceKit or GNM, got a file with the arrays ${keys}.`,
  );
}
