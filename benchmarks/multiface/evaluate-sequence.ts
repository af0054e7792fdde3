import { evaluatePair } from '../../src/evaluation/evaluate-pair.js';
import { type MeshPair, type MeshSequence } from '../../src/evaluation/mesh-sequence.js';
import { type EvaluationWarning, type FigureRow } from '../../src/evaluation/metric.js';
import { readMultifaceSequence } from '../../src/evaluation/multiface-sequence.js';
import { readRegions } from '../../src/evaluation/regions-file.js';
import { headKeyPoints } from '../../src/evaluation/result-sequence.js';
import { numberedByFrames, seenBy } from './frame-numbering.js';
import { type MethodInput } from './methods.js';
import { type ListedSequence } from './sequence-list.js';

/** What a method's figures on one sequence are. */
export interface EvaluatedSequence {
  figures: FigureRow[];
  /** region -> SSME over the window, `[h]` pixels. */
  curves: Record<string, (number | null)[]>;
  /** Frames with a mesh, and those of them that the prediction lacks. */
  frames: { compared: number; missing: number };
  warnings: EvaluationWarning[];
  /** metric -> `[V]` mean error at the truth's vertices. */
  perVertex: Record<'ssme' | 'cd', (number | null)[]>;
}

/** Reads the ground truth of a sequence with the regions of its topology. */
export async function openTruth(
  { capture, segment }: ListedSequence,
  regionsFile: string,
): Promise<Pick<MeshPair, 'truth' | 'regions'> & { keyPoints: MeshPair['keyPoints']['truth'] }> {
  const truth = await readMultifaceSequence(capture, { segment });
  return { truth, ...(await readRegions(regionsFile, truth)) };
}

/** All figures of a prediction over one sequence, at the size of its pictures. */
export async function evaluateSequence(
  { truth, regions, keyPoints }: Awaited<ReturnType<typeof openTruth>>,
  prediction: MeshSequence,
  { head, sequence, signal }: MethodInput,
): Promise<EvaluatedSequence> {
  const pair: MeshPair = numberedByFrames({
    truth: seenBy(truth, sequence.cameraIds[0], sequence.imageSizes[0]),
    prediction,
    regions,
    keyPoints: { truth: keyPoints, prediction: headKeyPoints(head) },
  });
  const { rows, ssmeCurves, frames, warnings, perVertex } = await evaluatePair(pair, {}, { signal });
  return {
    figures: rows,
    curves: ssmeCurves,
    frames: { compared: frames.compared, missing: frames.missing.length },
    warnings,
    perVertex: { ssme: rounded(perVertex.ssme), cd: rounded(perVertex.cd) },
  };
}

/** To a thousandth, `null` where it was never measured: small enough to keep for every method. */
function rounded(values: Float32Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : Math.round(value * 1000) / 1000));
}
