import * as tf from '@tensorflow/tfjs';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { assertLength, assertPositive } from '../tensor/shape.js';
import { type EnergyTerm } from './energy-term.js';
import { addPoint } from './pixel-derivatives.js';
import { cauchyLoss, type RobustLoss } from './robust-loss.js';

/** Where points of the head's surface were seen in space: F frames, N points. */
export interface Points3d {
  points: SurfacePoints;
  /** `[F, N, 3]` metres, world frame. */
  target: Float32Array;
  /** `[F, N]` metres, standard deviation per axis; 0 where absent. */
  sigma: Float32Array;
}

export interface Points3dOptions {
  weight?: number;
  /** How many independent observations a frame is worth, however many points it has. */
  effectiveCount?: number;
  /** `false`: plain least squares. */
  robust?: RobustLoss | false;
}

/**
 * Holds surface points to places in space, as reconstructions and depth with canonical maps give them (Face Anything,
 * FLAME tracking); residual `[3, F, N]`, in sigmas (metres).
 */
export function points3d(
  { points, target, sigma }: Points3d,
  { weight = 1, effectiveCount = 200, ...options }: Points3dOptions = {},
): EnergyTerm {
  const robust = options.robust === false ? undefined : (options.robust ?? cauchyLoss(3));
  const N = points.faces.length;
  const F = sigma.length / N;
  assertLength('points3d target', target, [F, N, 3]);
  assertPositive('points3d', { effectiveCount });
  const weights = frameWeights(sigma, N, effectiveCount);
  const inverse = sigma.map((value) => (value > 0 ? 1 / value : 0));
  // An absent target may be NaN, which no weight of zero would take away.
  const seen = target.map((value, i) => (inverse[Math.floor(i / 3)] > 0 ? value : 0));
  const planes = Float32Array.from(seen, (_, i) => seen[(i % (F * N)) * 3 + Math.floor(i / (F * N))]);
  return {
    name: 'points3d',
    weight,
    reads: ['shape', 'expression', 'jointPose', 'headPose', 'offsets'],
    points: [points],
    robust,
    observationWeights: weights,
    residual: ({ world, constant }) =>
      tf.mul(tf.sub(world(points), constant(planes, [3, F, N])), constant(inverse, [1, F, N])),
    gaussNewton: {
      kind: 'points',
      points,
      // No camera has a part in it.
      views: () => [],
      evaluate(frame, world, _cameras, _columns, factor, model) {
        let energy = 0;
        for (let n = 0; n < N; n++) {
          const k = frame * N + n;
          if (weights[k] === 0) continue;
          const residual = [0, 1, 2].map((axis) => (world[n * 3 + axis] - seen[k * 3 + axis]) * inverse[k]);
          const squared = residual.reduce((sum, value) => sum + value * value, 0);
          energy += (factor / 2) * weights[k] * (robust ? robust.value(squared) : squared);
          if (!model) continue;
          const share = factor * weights[k] * (robust ? robust.weight(squared) : 1);
          residual.forEach((value, axis) => {
            const row: [number, number, number] = [0, 0, 0];
            row[axis] = inverse[k];
            addPoint(model, n, row, value, share);
          });
        }
        return energy;
      },
    },
  };
}

/** `[F, N]` lambda: those of a frame's points sum to what it is worth. */
function frameWeights(sigma: Float32Array, N: number, effectiveCount: number): Float32Array {
  const counts = Array.from({ length: sigma.length / N }, (_, f) =>
    sigma.subarray(f * N, (f + 1) * N).reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0),
  );
  return sigma.map((value, k) => (value > 0 ? effectiveCount / counts[Math.floor(k / N)] : 0));
}
