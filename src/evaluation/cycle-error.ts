import { byMargin, type CorrespondencePair, required, sampleGrid } from './correspondence.js';
import { summariseDistances } from './distance-summary.js';
import { eachItem } from './each-item.js';
import { type Metric } from './metric.js';

export interface CycleErrorOptions {
  /** Threshold of `below`, pixels; default 2. */
  threshold?: number;
}

/**
 * Forward-backward cycle consistency error (Face Anything table 3), pixels, by temporal margin (the paper's are 5 and 20):
 *
 *     CCE(p) = | b(m(p)) - p |
 *
 * m the matches from the first picture to the second, b those back, read bilinearly. Pixels are those with a match that
 * has a match back (and inside `truth` where it is given); the others are in `missRate`.
 */
export function cycleError({ threshold = 2 }: CycleErrorOptions = {}): Metric<CorrespondencePair[]> {
  const below = `below${threshold}px`;
  return {
    name: 'cce',
    figures: {
      mean: { unit: 'px', better: 'lower' },
      median: { unit: 'px', better: 'lower' },
      [below]: { unit: '1', better: 'higher' },
      missRate: { unit: '1', better: 'lower' },
    },
    async measure(pairs, options) {
      const groups: Record<string, Record<string, number | null>> = {};
      for (const [group, members] of byMargin(pairs)) {
        const errors: number[] = [];
        let missed = 0;
        await eachItem(members, (pair) => (missed += cycleErrors(pair, errors)), options);
        const { mean, median } = summariseDistances(errors);
        const count = errors.length;
        groups[group] = {
          mean,
          median,
          [below]: count > 0 ? errors.filter((error) => error < threshold).length / count : null,
          missRate: count + missed > 0 ? missed / (count + missed) : null,
        };
      }
      return { groups };
    },
  };
}

/** Adds a pair's errors; returns how many matches have none back. */
function cycleErrors({ predicted, backward, truth }: CorrespondencePair, errors: number[]): number {
  const { width, height, targets } = required(backward, 'cce', 'matches back');
  const back = new Float64Array(2);
  let missed = 0;
  for (let i = 0; i < predicted.targets.length; i += 2) {
    const [x, y] = [predicted.targets[i], predicted.targets[i + 1]];
    if (truth && Number.isNaN(truth.targets[i])) continue;
    if (Number.isNaN(x)) {
      if (truth) missed++;
      continue;
    }
    if (!sampleGrid({ width, height, values: targets, depth: 2 }, x, y, back)) {
      missed++;
      continue;
    }
    const pixel = i / 2;
    errors.push(
      Math.hypot(back[0] - (pixel % predicted.width) - 0.5, back[1] - Math.floor(pixel / predicted.width) - 0.5),
    );
  }
  return missed;
}
