import { loadHeadModel } from '../io/head-model-file.js';
import { openHeadLayout } from '../io/head-models/open-head-layout.js';
import { loadOpenHeadSkins } from './open-head-skins.js';
import { createSyntheticSequence, type SyntheticSequenceOptions } from './synthetic-sequence.js';
import { writeSequence, type WriteSequenceOptions } from './write-sequence.js';

export interface SynthesiseOptions
  extends Omit<SyntheticSequenceOptions, 'head' | 'skins' | 'rig' | 'shape' | 'offsets'>, WriteSequenceOptions {
  /** Folder to write. */
  out: string;
  /** A head model container; default the open head. */
  head?: string;
}

/** What was written. */
export interface SynthesiseSummary {
  out: string;
  frames: number;
  cameras: number;
  images: number;
  seconds: number;
}

/** Renders a synthetic sequence with its ground truth into a folder. */
export async function synthesise({ out, head: headPath, ...options }: SynthesiseOptions): Promise<SynthesiseSummary> {
  const started = performance.now();
  const head = await loadHeadModel(headPath);
  const skins = head.uvLayouts[openHeadLayout] ? await loadOpenHeadSkins() : [];
  const synthetic = createSyntheticSequence({ ...options, head, skins });
  await writeSequence(out, synthetic, head, options);
  const { frameCount: frames, viewCount: cameras } = synthetic.sequence;
  return { out, frames, cameras, images: frames * cameras, seconds: (performance.now() - started) / 1000 };
}
