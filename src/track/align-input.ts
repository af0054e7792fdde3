import { type AlignmentCheckpoint } from '../alignment/align-checkpoint.js';
import { alignSequence } from '../alignment/align-sequence.js';
import { parseAlignmentFile } from '../alignment/alignment-file.js';
import { type Alignment } from '../alignment/alignment.js';
import { undistortAlignment } from '../alignment/undistort-alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Sequence } from '../geometry/sequence.js';
import { readFileBytes } from '../io/read-file.js';
import { type Engines, type TrackOptions } from './track-options.js';

/**
 * The alignment of an input: by the landmark network, or from a file; pixels without distortion.
 *
 * @param checkpoint where the landmarks of the frames that are done are kept.
 * @param engines gets an entry for the networks that ran.
 */
export async function alignInput(
  { align = 'auto', face, device, unordered, signal, onProgress }: TrackOptions,
  head: HeadModel,
  sequence: Sequence,
  engines: Engines,
  checkpoint?: AlignmentCheckpoint,
): Promise<Alignment> {
  if (align !== 'auto' && align !== 'landmarks') {
    const alignment = parseAlignmentFile(await readFileBytes(align), head, align);
    return sequence.cameras ? undistortAlignment(alignment, sequence.cameras) : alignment;
  }
  const alignment = await alignSequence(sequence, {
    head,
    face,
    device,
    checkpoint,
    ordered: !unordered,
    signal,
    onProgress: ({ done, total, seen }) =>
      onProgress?.({ phase: 'align', fraction: done / total, detail: `image ${done} of ${total}, face in ${seen}` }),
  });
  const { provider, refused } = alignment.engine;
  engines.landmarks = {
    name: provider,
    refused: refused.map((other) => ({ name: other.provider, reason: other.reason })),
  };
  return alignment;
}
