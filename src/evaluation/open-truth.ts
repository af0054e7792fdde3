import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type HeadModel } from '../flame/head-model.js';
import { loadHeadModel } from '../io/head-model-file.js';
import { readFileBytes } from '../io/read-file.js';
import { parseResult } from '../io/result-file.js';
import { type MeshSequence } from './mesh-sequence.js';
import { readMultifaceSequence } from './multiface-sequence.js';
import { headKeyPoints, resultSequence } from './result-sequence.js';
import { regionNames, transferRegions, type TruthRegions } from './transfer-regions.js';
import { readRegions } from './regions-file.js';

export interface OpenTruthOptions {
  /** A regions file for the ground truth's mesh; default the head model's own, or transferred from it. */
  regions?: string;
  /** Segment of a Multiface capture that has several. */
  segment?: string;
}

/** A ground truth, its regions and key points, and where these come from. */
export interface OpenedTruth extends TruthRegions {
  sequence: MeshSequence;
  regionSource: 'file' | 'head model' | 'transferred';
}

/**
 * Opens a ground truth: a folder of `flowfit synth` (`truth.npz`), or a Multiface capture, its `tracked_mesh/<segment>`.
 *
 * @param head the model of the prediction.
 */
export async function openTruth(
  path: string,
  head: HeadModel,
  { regions, segment }: OpenTruthOptions,
): Promise<OpenedTruth> {
  const file = join(path, 'truth.npz');
  if (existsSync(file)) {
    const { sequence, head: own } = await readSynthetic(file, head);
    if (regions !== undefined) return { sequence, ...(await readRegions(regions, sequence)), regionSource: 'file' };
    const known = regionNames.filter((name) => own.regions[name]);
    return {
      sequence,
      regions: Object.fromEntries(known.map((name) => [name, own.regions[name]])),
      keyPoints: headKeyPoints(own),
      regionSource: 'head model',
    };
  }
  if (!existsSync(join(path, 'KRT')) && !existsSync(join(path, '..', '..', 'KRT'))) {
    throw new Error(`${path}: expected a ground truth (truth.npz, or Multiface's KRT and tracked_mesh), got neither.`);
  }
  const sequence = await readMultifaceSequence(path, { segment });
  if (regions !== undefined) return { sequence, ...(await readRegions(regions, sequence)), regionSource: 'file' };
  const first = sequence.vertices(sequence.frameNumbers[0]);
  return { sequence, ...transferRegions(head, first, sequence.faces), regionSource: 'transferred' };
}

/** A synthetic truth with the head model that made it: the prediction's, or the open head. */
async function readSynthetic(file: string, head: HeadModel): Promise<{ sequence: MeshSequence; head: HeadModel }> {
  const truth = parseResult(await readFileBytes(file));
  if (truth.status !== 'truth') throw new Error(`${file}: expected the truth of a synthetic sequence, got a result.`);
  for (const candidate of [head, await loadHeadModel()]) {
    if (candidate.shapeBasisHash !== truth.head.shapeBasisHash) continue;
    return { sequence: resultSequence(candidate, truth), head: candidate };
  }
  throw new Error(`${file}: expected the head model ${head.name} or the open head, got ${truth.head.name}.`);
}
