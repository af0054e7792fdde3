import { readMultifaceSequence } from '../../src/evaluation/multiface-sequence.js';
import { transferRegions, type TruthRegions } from '../../src/evaluation/transfer-regions.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { type ListedSequence } from './sequence-list.js';

/**
 * The head model's regions and key points on the tracked meshes of a set, all of one topology: from the first frame of the
 * first sequence that can be read.
 */
export async function transferToSet(head: HeadModel, sequences: ListedSequence[]): Promise<TruthRegions> {
  let problem: unknown;
  for (const { capture, segment } of sequences) {
    try {
      const { faces, frameNumbers, vertices } = await readMultifaceSequence(capture, { segment });
      return transferRegions(head, vertices(frameNumbers[0]), faces);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}
