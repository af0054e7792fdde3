import { summariseDistances } from '../../src/evaluation/distance-summary.js';
import { errorPicture } from '../../src/evaluation/error-picture.js';
import { encodeImage } from '../../src/render/image-file.js';
import { openTruth } from './evaluate-sequence.js';
import { type ListedSequence, sequenceName } from './sequence-list.js';
import { type BenchmarkSummary } from './summary.js';

/** A method's mean errors on the tracked mesh, as a picture. */
export interface ErrorFigure {
  method: string;
  metric: string;
  /** JPEG. */
  image: Uint8Array;
  /** Error at the end of the colour scale, in the metric's unit. */
  highest: number;
}

/**
 * Pictures of the errors of all methods, a metric's on one scale: it ends at the 95th percentile that the first method has
 * over the regions. The mesh is the first frame of the first sequence that was measured.
 */
export async function errorFigures(
  { methods, rows }: BenchmarkSummary,
  sequences: ListedSequence[],
  regionsFile: string,
): Promise<ErrorFigure[]> {
  const measured = sequences.find((sequence) =>
    rows.some((row) => row.status === 'done' && row.sequence === sequenceName(sequence)),
  );
  if (!measured) return [];
  const { truth, regions, keyPoints } = await openTruth(measured, regionsFile);
  const inRegion = (_: unknown, v: number) => Object.values(regions).some((mask) => mask[v]);
  const figures: ErrorFigure[] = [];
  for (const metric of ['ssme', 'cd']) {
    let highest: number | undefined;
    for (const { method, perVertex } of methods) {
      if (!perVertex[metric]) continue;
      const errors = Float32Array.from(perVertex[metric], (value) => value ?? NaN);
      highest ??= summariseDistances(errors.filter(inRegion).filter((value) => !Number.isNaN(value))).p95 ?? 1;
      const pair = { truth, keyPoints: { truth: keyPoints, prediction: keyPoints } };
      figures.push({ method, metric, highest, image: await encodeImage(errorPicture(pair, errors, highest)) });
    }
  }
  return figures;
}
