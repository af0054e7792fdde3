import { byMargin, checkSameSize, type CorrespondencePair, required } from './correspondence.js';
import { eachItem } from './each-item.js';
import { type Metric } from './metric.js';

export interface EndPointErrorOptions {
  /** Thresholds, pixels; default 3, 5, 10. */
  thresholds?: number[];
}

/**
 * End-point error of dense matches (Face Anything table 2), pixels, by temporal margin (the paper's are 2 and 8):
 *
 *     EPE = mean over pixels with a true match of | m(p) - m'(p) |
 *
 * `below<n>px` is the share of those pixels whose error is smaller than n. A pixel without a prediction counts in
 * `missRate` and as not below any threshold; the mean is over the others.
 */
export function endPointError({ thresholds = [3, 5, 10] }: EndPointErrorOptions = {}): Metric<CorrespondencePair[]> {
  return {
    name: 'epe',
    figures: {
      epe: { unit: 'px', better: 'lower' },
      ...Object.fromEntries(thresholds.map((limit) => [`below${limit}px`, { unit: '1', better: 'higher' as const }])),
      missRate: { unit: '1', better: 'lower' },
    },
    async measure(pairs, options) {
      const groups: Record<string, Record<string, number | null>> = {};
      for (const [group, members] of byMargin(pairs)) {
        const sums = { error: 0, compared: 0, missed: 0, below: thresholds.map(() => 0) };
        await eachItem(members, (pair) => addPair(sums, pair, thresholds), options);
        const { error, compared, missed, below } = sums;
        const all = compared + missed;
        groups[group] = {
          epe: compared > 0 ? error / compared : null,
          ...Object.fromEntries(thresholds.map((limit, k) => [`below${limit}px`, all > 0 ? below[k] / all : null])),
          missRate: all > 0 ? missed / all : null,
        };
      }
      return { groups };
    },
  };
}

function addPair(
  sums: { error: number; compared: number; missed: number; below: number[] },
  { predicted, truth: given }: CorrespondencePair,
  thresholds: number[],
): void {
  const truth = required(given, 'epe', 'true matches');
  checkSameSize('epe', truth, predicted);
  for (let i = 0; i < truth.targets.length; i += 2) {
    const error = Math.hypot(predicted.targets[i] - truth.targets[i], predicted.targets[i + 1] - truth.targets[i + 1]);
    if (Number.isNaN(truth.targets[i])) continue;
    if (Number.isNaN(error)) {
      sums.missed++;
      continue;
    }
    sums.error += error;
    sums.compared++;
    thresholds.forEach((limit, k) => (sums.below[k] += error < limit ? 1 : 0));
  }
}
