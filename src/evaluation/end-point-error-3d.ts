import { byMargin } from './correspondence.js';
import { type Metric } from './metric.js';

/** Points of two pictures, `margin` frames apart, and where they are said to be. */
export interface PointMotion {
  margin: number;
  /**
   * By V-DPM's names: `P0(t1)` are the points seen in picture 0 at the time of picture 1. `[N, 3]` metres each, predicted
   * and true in one frame; NaN where there is none.
   */
  points: Record<string, { predicted: ArrayLike<number>; truth: ArrayLike<number> }>;
}

const names = ['P0(t0)', 'P0(t1)', 'P1(t0)', 'P1(t1)'];

/**
 * 3D end-point error (Face Anything table 4), metres, by temporal margin (the paper's are 2, 8 and 1 to 10):
 *
 *     EPE = mean | P_i(t_j) - P'_i(t_j) |
 *
 * for the points of picture i at time j: i = j is reconstruction, i != j is tracking; `epe` is over all four.
 */
export function endPointError3d(): Metric<PointMotion[]> {
  return {
    name: 'epe3d',
    figures: Object.fromEntries(['epe', ...names].map((name) => [name, { unit: 'm', better: 'lower' }])),
    async measure(motions) {
      const groups: Record<string, Record<string, number | null>> = {};
      for (const [group, members] of byMargin(motions)) {
        const errors = names.map((name) => members.flatMap(({ points }) => pointErrors(points[name], name)));
        const mean = (values: number[]) =>
          values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
        groups[group] = { epe: mean(errors.flat()) };
        names.forEach((name, k) => (groups[group][name] = mean(errors[k])));
      }
      return { groups };
    },
  };
}

function pointErrors(points: PointMotion['points'][string] | undefined, name: string): number[] {
  if (!points) return [];
  const { predicted, truth } = points;
  if (predicted.length !== truth.length) {
    throw new Error(`epe3d: ${name}: expected ${truth.length / 3} points, got ${predicted.length / 3}.`);
  }
  const errors: number[] = [];
  for (let i = 0; i < truth.length; i += 3) {
    const error = Math.hypot(...[0, 1, 2].map((a) => predicted[i + a] - truth[i + a]));
    if (!Number.isNaN(error)) errors.push(error);
  }
  return errors;
}
