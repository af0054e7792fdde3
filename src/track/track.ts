import { join } from 'node:path';
import { adamw } from '../fitting/adamw.js';
import { type FitCheckpoint } from '../fitting/checkpoint.js';
import { type FitResult, fitSequence } from '../fitting/fit-sequence.js';
import { gaussNewton } from '../fitting/gauss-newton/gauss-newton.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Alignment } from '../alignment/alignment.js';
import { fastestProducts } from '../alignment/onnx-products.js';
import { type Sequence } from '../geometry/sequence.js';
import { backendStarters } from '../io/backend-starters.js';
import { formatCalibration } from '../io/calibration.js';
import { CheckpointFolder } from '../io/checkpoint-file.js';
import { readNeutral } from '../io/neutral-file.js';
import { formatResult, trackResult } from '../io/result-file.js';
import { makeFolder, removeLeftovers, writeFileAtomic } from '../io/write-file.js';
import { startBackend } from '../tensor/backend.js';
import { alignInput } from './align-input.js';
import { canonicalInput, type CanonicalInput } from './canonical-input.js';
import { loadObservedHead } from './observer.js';
import { openInput } from './open-input.js';
import { runFingerprint } from './run-fingerprint.js';
import { formatRunRecord, type TrackSummary, summarise } from './run-record.js';
import { type Engines, type TrackOptions } from './track-options.js';
import { writeOverlays } from './write-overlays.js';

/**
 * Tracks an input from its pixels to a result folder: align, fit, overlay, write.
 *
 * @throws the input or an option is wrong, in one sentence; a fit that fails is a status in the summary.
 */
export async function track(options: TrackOptions): Promise<TrackSummary> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  await makeFolder(options.out);
  const engines: Engines = {};
  // First, so that an engine that does not start is known before hours of work and not after.
  if (options.solver === 'adamw' || options.backend) {
    engines.tfjs = await startBackend(backendStarters(process.cwd()), options.backend);
  }
  const head = await loadObservedHead(options);
  const sequence = await openInput(options);
  try {
    await removeLeftovers(options.out);
    const fingerprint = await runFingerprint(options, head);
    const checkpoint = await CheckpointFolder.open(options.out, fingerprint, {
      resume: options.resume,
      everySeconds: options.checkpointSeconds,
    });
    const alignment = await alignInput(options, head, sequence, engines, checkpoint);
    const canonical = await canonicalInput(options, head, sequence, engines);
    const aligned = elapsed();
    const fit = await fitAlignment(options, head, { alignment, ...canonical }, sequence, checkpoint.fit);
    const fitted = elapsed();
    await writeFileAtomic(join(options.out, 'result.npz'), formatResult(trackResult(fit)));
    await writeFileAtomic(join(options.out, 'cameras.json'), formatCalibration(fit.parameters.cameras));
    if (options.overlay && fit.solver.iterations > 0) await writeOverlays(options, fit, checkpoint);
    const rendered = elapsed();
    const seconds = { total: rendered, align: aligned, fit: fitted - aligned, render: rendered - fitted };
    const warnings = [...sequence.warnings, ...checkpoint.warnings];
    const summary = summarise(options, fit, engines, seconds, warnings);
    await writeFileAtomic(join(options.out, 'run.json'), formatRunRecord(options, fit, summary));
    if (fit.status !== 'aborted') await checkpoint.remove();
    return summary;
  } finally {
    await sequence.close();
  }
}

async function fitAlignment(
  options: TrackOptions,
  head: HeadModel,
  { alignment, canonical, embedding }: { alignment: Alignment } & Partial<CanonicalInput>,
  sequence: Sequence,
  checkpoint: FitCheckpoint,
): Promise<FitResult> {
  const {
    solver = 'gauss-newton',
    unordered,
    focal,
    refineCameras,
    offsetRegion,
    terms,
    stages,
    windowFrames,
    signal,
    onProgress,
  } = options;
  const neutral = options.neutral ? await readNeutral(options.neutral, { head, sequence, alignment }) : undefined;
  return fitSequence({
    head,
    alignment,
    cameras: sequence.cameras,
    unordered,
    focal,
    refineCameras,
    offsetRegion,
    neutral,
    canonical,
    terms: canonical ? { ...terms, canonical: { ...terms?.canonical, embedding } } : terms,
    stages,
    windowFrames,
    solver: solver === 'adamw' ? adamw() : gaussNewton({ engine: await fastestProducts() }),
    checkpoint,
    signal,
    onProgress: ({ stage, stageIndex, stageCount, step, maxSteps, energy }) =>
      onProgress?.({
        phase: 'fit',
        fraction: (stageIndex + step / maxSteps) / stageCount,
        detail: `${stage} ${step}/${maxSteps}, energy ${energy.toPrecision(5)}`,
      }),
  });
}
