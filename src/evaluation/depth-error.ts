import { type Metric } from './metric.js';

/** Depth maps of one picture; NaN or not positive where there is none. */
export interface DepthPair {
  /** `[H, W]` metres along the optical axis. */
  predicted: ArrayLike<number>;
  truth: ArrayLike<number>;
}

/**
 * Depth errors (Face Anything table 1), over all pixels of all pictures that have both depths:
 *
 *     RMSE = sqrt(mean (d - d')^2) metres,  AbsRel = mean |d - d'| / d'
 *
 * in metric scale: nothing is aligned. `missRate` is the share of true depths without a predicted one.
 */
export function depthError(): Metric<DepthPair[]> {
  return {
    name: 'depth',
    figures: {
      rmse: { unit: 'm', better: 'lower' },
      absRel: { unit: '1', better: 'lower' },
      missRate: { unit: '1', better: 'lower' },
    },
    async measure(pairs) {
      let [squares, relative, compared, missed] = [0, 0, 0, 0];
      for (const { predicted, truth } of pairs) {
        if (predicted.length !== truth.length) {
          throw new Error(`depth: expected ${truth.length} pixels, got ${predicted.length}.`);
        }
        for (let pixel = 0; pixel < truth.length; pixel++) {
          if (!(truth[pixel] > 0 && truth[pixel] < Infinity)) continue;
          if (!(predicted[pixel] > 0 && predicted[pixel] < Infinity)) {
            missed++;
            continue;
          }
          const error = predicted[pixel] - truth[pixel];
          squares += error * error;
          relative += Math.abs(error) / truth[pixel];
          compared++;
        }
      }
      return {
        groups: {
          all: {
            rmse: compared > 0 ? Math.sqrt(squares / compared) : null,
            absRel: compared > 0 ? relative / compared : null,
            missRate: compared + missed > 0 ? missed / (compared + missed) : null,
          },
        },
      };
    },
  };
}
