import { type Metric } from './metric.js';
import { poolDistances, scanDistances, type ScanPair } from './scan.js';

export interface NowOptions {
  /** Whether the prediction claims to be in metres; `false` (default, the non-metrical challenge) solves a scale too. */
  metrical?: boolean;
}

/** A pair whose key points are known, in the order of `keyPointNames`. */
export type NowPair = ScanPair & Required<Pick<ScanPair, 'keyPoints'>>;

/**
 * Scan-to-mesh distance of neutral heads as in the NoW challenge (FlowFace table 3), millimetres, pooled over the cropped
 * points of all scans:
 *
 *     centre = k4 + 0.3 (m - k4),  radius = 1.4 (|k0 - k3| + |m - k4|) / 2,  m = (k1 + k2) / 2
 *
 * crops the scan, k the seven key points; the prediction is put on the scan by these, then by least squared
 * point-to-surface distances over rotation, translation and scale.
 */
export function now({ metrical = false }: NowOptions = {}): Metric<NowPair[]> {
  return {
    name: 'now',
    figures: {
      median: { unit: 'mm', better: 'lower' },
      mean: { unit: 'mm', better: 'lower' },
      std: { unit: 'mm', better: 'lower' },
    },
    async measure(pairs, options) {
      const distances = (pair: NowPair) => {
        const points = cropScan(pair.points, pair.keyPoints.points);
        return scanDistances({ ...pair, points }, metrical ? 'rigid' : 'similarity');
      };
      return { groups: await poolDistances(pairs, distances, options) };
    },
  };
}

/**
 * The points of a scan inside the sphere of the NoW challenge.
 *
 * @param points `[N, 3]`.
 * @param keyPoints `[7, 3]` in the same frame.
 */
export function cropScan(points: ArrayLike<number>, keyPoints: ArrayLike<number>): Float64Array {
  const key = (k: number) => [0, 1, 2].map((a) => keyPoints[k * 3 + a]);
  const length = (p: number[], q: number[]) => Math.hypot(...p.map((value, a) => value - q[a]));
  const nose = key(4);
  const between = key(1).map((value, a) => (value + key(2)[a]) / 2);
  const centre = nose.map((value, a) => value + 0.3 * (between[a] - value));
  const radius = (1.4 * (length(key(0), key(3)) + length(between, nose))) / 2;
  const inside: number[] = [];
  for (let i = 0; i < points.length; i += 3) {
    const point = [points[i], points[i + 1], points[i + 2]];
    if (length(point, centre) <= radius) inside.push(...point);
  }
  if (inside.length === 0) throw new Error('now: expected scan points around the key points, got none.');
  return Float64Array.from(inside);
}
