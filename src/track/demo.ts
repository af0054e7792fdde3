import { join } from 'node:path';
import { worldVertices } from '../fitting/residuals.js';
import { assetPath } from '../io/asset-path.js';
import { loadHeadModel } from '../io/head-model-file.js';
import { parseResult } from '../io/result-file.js';
import { readFileBytes } from '../io/read-file.js';
import { readTruth } from '../synth/write-sequence.js';
import { type TrackSummary } from './run-record.js';
import { type TrackOptions } from './track-options.js';
import { track } from './track.js';

export interface DemoSummary {
  /** The bundled synthetic sequence: 4 cameras, ground truth known. */
  sequence: TrackSummary & { vertexErrorMm: { mean: number; p95: number }; secondsPerFrame: number };
  /** The bundled photograph. */
  photograph: TrackSummary;
}

/**
 * Tracks the bundled sample from its pixels and compares it with its ground truth, then a photograph.
 */
export async function demo({ out, ...options }: Omit<TrackOptions, 'input'>): Promise<DemoSummary> {
  const sample = assetPath('demo', 'sequence');
  const sequence = await track({
    ...options,
    input: join(sample, 'images'),
    cams: join(sample, 'calib.json'),
    out: join(out, 'sequence'),
    overlay: true,
  });
  const vertexErrorMm = await compareWithTruth(join(out, 'sequence'), join(sample, 'truth.npz'));
  const photograph = await track({
    ...options,
    input: assetPath('demo', 'astronaut.jpg'),
    out: join(out, 'photograph'),
    overlay: true,
  });
  return {
    sequence: { ...sequence, vertexErrorMm, secondsPerFrame: sequence.seconds.total / sequence.frames },
    photograph,
  };
}

/** Distance of each face vertex to its true place in the world, over all frames, millimetres; no alignment is made. */
async function compareWithTruth(resultFolder: string, truthPath: string): Promise<{ mean: number; p95: number }> {
  const head = await loadHeadModel();
  const { parameters, frameNumbers } = parseResult(await readFileBytes(join(resultFolder, 'result.npz')));
  const truth = await readTruth(truthPath);
  const errors: number[] = [];
  frameNumbers.forEach((_, frame) => {
    const fitted = worldVertices(head, parameters, frame);
    const real = worldVertices(head, truth, frame);
    for (let v = 0; v < head.vertexCount; v++) {
      if (!head.regions.face[v]) continue;
      errors.push(
        1000 *
          Math.hypot(
            fitted[v * 3] - real[v * 3],
            fitted[v * 3 + 1] - real[v * 3 + 1],
            fitted[v * 3 + 2] - real[v * 3 + 2],
          ),
      );
    }
  });
  const sorted = Float64Array.from(errors).sort();
  return {
    mean: errors.reduce((sum, value) => sum + value, 0) / errors.length,
    p95: sorted[Math.floor(0.95 * sorted.length)],
  };
}
