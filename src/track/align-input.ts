import { type CheckpointFolder } from '../io/checkpoint-file.js';
import { alignSequence, type AlignProgress, type SequenceAlignment } from '../alignment/align-sequence.js';
import { alignUvFlow } from '../alignment/align-uv-flow.js';
import { parseAlignmentFile } from '../alignment/alignment-file.js';
import { type Alignment } from '../alignment/alignment.js';
import { fuseAlignments } from '../alignment/fuse-alignments.js';
import { undistortAlignment } from '../alignment/undistort-alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Sequence } from '../geometry/sequence.js';
import { readFileBytes } from '../io/read-file.js';
import { chosenNetwork, chooseObserver } from './observer.js';
import { type Engines, type TrackOptions } from './track-options.js';

/**
 * The alignment of an input: by the landmark network, a UV-to-image flow network, both, or from a file; pixels without
 * distortion.
 *
 * @param checkpoint where the observations of the frames that are done are kept.
 * @param engines gets an entry for the networks that ran.
 */
export async function alignInput(
  options: TrackOptions,
  head: HeadModel,
  sequence: Sequence,
  engines: Engines,
  checkpoint?: Pick<CheckpointFolder, 'alignment' | 'flow'>,
): Promise<Alignment> {
  const observer = chooseObserver(options);
  if (observer === 'file') {
    const alignment = parseAlignmentFile(await readFileBytes(options.align!), head, options.align);
    return sequence.cameras ? undistortAlignment(alignment, sequence.cameras) : alignment;
  }
  const { face, device, unordered, signal, onProgress } = options;
  const parts = observer === 'fused' ? 2 : 1;
  const run = async (
    name: 'landmarks' | 'uv-flow',
    part: number,
    align: (common: CommonOptions) => Promise<SequenceAlignment>,
  ) => {
    const started = performance.now();
    const report = ({ done, total, seen }: AlignProgress) =>
      onProgress?.({
        phase: 'align',
        fraction: (part + done / total) / parts,
        detail: `${name}: image ${done} of ${total}, face in ${seen}`,
      });
    const alignment = await align({ head, face, device, ordered: !unordered, signal, onProgress: report });
    const { provider, refused } = alignment.engine;
    engines[name] = {
      name: provider,
      refused: refused.map((other) => ({ name: other.provider, reason: other.reason })),
      imagesPerSecond: (1000 * sequence.frameCount * sequence.viewCount) / (performance.now() - started),
    };
    return { ...alignment, source: name };
  };
  const byFlow = async (part: number) => {
    const where = chosenNetwork(options)!;
    const network = await readFileBytes(where);
    return run('uv-flow', part, (common) =>
      alignUvFlow(sequence, { ...common, network, where, checkpoint: checkpoint?.flow }),
    );
  };
  if (observer === 'uv-flow') return byFlow(0);
  const landmarks = await run('landmarks', 0, (common) =>
    alignSequence(sequence, { ...common, checkpoint: checkpoint?.alignment }),
  );
  return observer === 'landmarks' ? landmarks : fuseAlignments([landmarks, await byFlow(1)]);
}

interface CommonOptions {
  head: HeadModel;
  face?: number;
  device?: TrackOptions['device'];
  ordered: boolean;
  signal?: AbortSignal;
  onProgress: (progress: AlignProgress) => void;
}
