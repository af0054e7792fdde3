import { type Metric } from './metric.js';

/** Matches of sampled points and where they truly lie; NaN where the method has none. */
export interface PointMatches {
  /** `[N, 2]` pixels. */
  predicted: ArrayLike<number>;
  truth: ArrayLike<number>;
}

/**
 * Errors of sampled nearest-neighbour matches (DenseMarks table 1), pixels:
 *
 *     MAE = mean | m - m' |,  RMSE = sqrt(mean | m - m' |^2)
 *
 * over all points with a match, the norm the Euclidean one; `missRate` is the share without.
 */
export function matchError(): Metric<PointMatches[]> {
  return {
    name: 'match',
    figures: {
      mae: { unit: 'px', better: 'lower' },
      rmse: { unit: 'px', better: 'lower' },
      missRate: { unit: '1', better: 'lower' },
    },
    async measure(samples) {
      const errors: number[] = [];
      let missed = 0;
      for (const { predicted, truth } of samples) {
        if (predicted.length !== truth.length) {
          throw new Error(`match: expected ${truth.length / 2} matches, got ${predicted.length / 2}.`);
        }
        for (let i = 0; i < truth.length; i += 2) {
          const error = Math.hypot(predicted[i] - truth[i], predicted[i + 1] - truth[i + 1]);
          if (Number.isNaN(error)) missed++;
          else errors.push(error);
        }
      }
      const mean = (power: number) => errors.reduce((sum, error) => sum + error ** power, 0) / errors.length;
      const found = errors.length > 0;
      return {
        groups: {
          all: {
            mae: found ? mean(1) : null,
            rmse: found ? Math.sqrt(mean(2)) : null,
            missRate: found || missed > 0 ? missed / (errors.length + missed) : null,
          },
        },
      };
    },
  };
}
