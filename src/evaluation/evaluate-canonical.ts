import { type MatchMapsOptions } from '../canonical/match-maps.js';
import { canonicalPair, type CanonicalShots } from './canonical-pairs.js';
import { type CorrespondencePair } from './correspondence.js';
import { cycleError } from './cycle-error.js';
import { endPointError3d, type PointMotion } from './end-point-error-3d.js';
import { endPointError } from './end-point-error.js';
import { matchError, type PointMatches } from './match-error.js';
import { type FigureRow, figureRows, type MeasureOptions, type Metric } from './metric.js';
import { warpingError } from './warping-error.js';

/** Pixels of a pair that the match error takes, spread evenly over those with a true match; DenseMarks takes 1,000. */
const sampleCount = 1000;

/**
 * The figures of DenseMarks' and Face Anything's tables for matches by canonical maps: MAE and RMSE, end-point errors in
 * the picture and in space, cycle and warping errors, by margin.
 *
 * @param pairs made one by one: their maps are let go before the next.
 * @param options forward-backward check and reach of the matches; none in the papers.
 */
export async function evaluateCanonical(
  pairs: AsyncIterable<CanonicalShots>,
  options: MatchMapsOptions = {},
  { signal }: Pick<MeasureOptions, 'signal'> = {},
): Promise<FigureRow[]> {
  const fields: CorrespondencePair[] = [];
  const motions: PointMotion[] = [];
  for await (const shots of pairs) {
    signal?.throwIfAborted();
    const { pair, motion } = canonicalPair(shots, options);
    fields.push(pair);
    if (motion) motions.push(motion);
  }
  const rows: FigureRow[] = [];
  const measure = async <Sample>(metric: Metric<Sample>, samples: Sample) =>
    void rows.push(...figureRows(metric, await metric.measure(samples, { signal })));
  await measure(matchError(), fields.map(sampleMatches));
  await measure(endPointError(), fields);
  await measure(cycleError(), fields);
  if (fields.every(({ first, second }) => first && second)) await measure(warpingError(), fields);
  if (motions.length > 0) await measure(endPointError3d(), motions);
  return rows;
}

/** Some pixels of a pair that have a true match. */
function sampleMatches({ predicted, truth }: CorrespondencePair): PointMatches {
  const targets = truth!.targets;
  const pixels = Array.from({ length: targets.length / 2 }, (_, n) => n).filter((n) => !Number.isNaN(targets[n * 2]));
  const step = Math.max(1, pixels.length / sampleCount);
  const chosen = Array.from({ length: Math.min(sampleCount, pixels.length) }, (_, k) => pixels[Math.floor(k * step)]);
  const of = (values: Float32Array) => chosen.flatMap((n) => [values[n * 2], values[n * 2 + 1]]);
  return { predicted: of(predicted.targets), truth: of(targets) };
}
