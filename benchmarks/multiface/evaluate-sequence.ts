import { chamfer } from '../../src/evaluation/chamfer.js';
import { jitter } from '../../src/evaluation/jitter.js';
import { type MeshPair, type MeshSequence } from '../../src/evaluation/mesh-sequence.js';
import { figureRows } from '../../src/evaluation/metric.js';
import { readMultifaceSequence } from '../../src/evaluation/multiface-sequence.js';
import { headKeyPoints } from '../../src/evaluation/result-sequence.js';
import { ssme } from '../../src/evaluation/ssme.js';
import { numberedByFrames, seenBy } from './frame-numbering.js';
import { readLabels } from './labels.js';
import { type MethodOutcome } from './job.js';
import { type MethodInput } from './methods.js';
import { type ListedSequence } from './sequence-list.js';

/** The protocol that every figure is measured by; `docs/benchmark.md` has its choices. */
export const protocol = 'flowfit-v1';

const metrics = [ssme(), chamfer(), jitter()];

/** Reads the ground truth of a sequence with the labels of its topology. */
export async function openTruth(
  { capture, segment }: ListedSequence,
  labelFile: string,
): Promise<Pick<MeshPair, 'truth' | 'regions'> & { keyPoints: MeshPair['keyPoints']['truth'] }> {
  const truth = await readMultifaceSequence(capture, { segment });
  return { truth, ...(await readLabels(labelFile, truth)) };
}

/** All figures of a prediction over one sequence, at the size of its pictures. */
export async function evaluateSequence(
  { truth, regions, keyPoints }: Awaited<ReturnType<typeof openTruth>>,
  prediction: MeshSequence,
  { head, sequence }: MethodInput,
): Promise<Pick<MethodOutcome, 'figures' | 'curves' | 'warnings'>> {
  const pair: MeshPair = numberedByFrames({
    truth: seenBy(truth, sequence.cameraIds[0], sequence.imageSizes[0]),
    prediction,
    regions,
    keyPoints: { truth: keyPoints, prediction: headKeyPoints(head) },
  });
  const outcome: Pick<MethodOutcome, 'figures' | 'curves' | 'warnings'> = { figures: [], curves: {}, warnings: [] };
  for (const metric of metrics) {
    const measurement = await metric.measure(pair);
    outcome.figures.push(...figureRows(metric, measurement));
    for (const [region, curve] of Object.entries(measurement.curves ?? {})) {
      outcome.curves[`${metric.name}/${region}`] = curve;
    }
  }
  return outcome;
}
