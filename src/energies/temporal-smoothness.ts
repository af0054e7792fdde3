import { type SurfacePoints } from '../geometry/surface-points.js';
import { assertPositive } from '../tensor/shape.js';
import { type EnergyTerm } from './energy-term.js';

export interface TemporalSmoothnessOptions {
  weight?: number;
  /** Standard deviation of a vertex's acceleration, metres per second squared. */
  sigma?: number;
  /** How many independent vertices a frame is worth. */
  effectiveCount?: number;
  /** Longest step that still couples two frames, seconds. */
  longestStep?: number;
  /** Frame indices at which a new shot begins. */
  cuts?: number[];
}

/**
 * Penalizes vertex acceleration (FlowFace eq. 14); residual `[3, F - 2, N]`, in sigmas.
 *
 * Acts on world positions, so one sigma serves pose, expression and translation alike. The second difference is a
 * divided one with the real time steps, and each triple of frames weighs as much as the time it spans: neither frame
 * rate nor gaps change the energy of a motion. Cuts and long gaps uncouple.
 *
 * @param points the vertices it acts on.
 * @param times `[F]` seconds, increasing.
 */
export function temporalSmoothness(
  points: SurfacePoints,
  times: Float64Array,
  { weight = 1, sigma = 5, effectiveCount = 20, longestStep = 0.5, cuts = [] }: TemporalSmoothnessOptions = {},
): EnergyTerm {
  const triples = Math.max(0, times.length - 2);
  const N = points.faces.length;
  assertPositive('temporalSmoothness', { sigma, effectiveCount });
  const stencil = accelerationStencil(times, longestStep, cuts, sigma);
  return {
    name: 'temporalSmoothness',
    weight,
    reads: ['shape', 'expression', 'jointPose', 'headPose', 'offsets'],
    points: [points],
    observationWeights: new Float32Array(triples * N).fill(effectiveCount / N),
    residual: ({ world, constant }) => {
      const vertices = world(points);
      const at = (k: number) => vertices.slice([0, k, 0], [3, triples, N]).mul(constant(stencil[k], [1, triples, 1]));
      return at(0).add(at(1)).add(at(2));
    },
    gaussNewton: {
      kind: 'acceleration',
      points,
      pointWeights: new Float32Array(N).fill(effectiveCount / N),
      stencil,
    },
  };
}

/** Reference rate: a triple of frames this far apart has weight 1. */
const referenceStep = 1 / 25;

/** Weights of the three frames of each triple, `[F - 2]` each; zero across cuts and gaps. */
export function accelerationStencil(
  times: Float64Array,
  longestStep: number,
  cuts: number[],
  sigma: number,
): [Float32Array, Float32Array, Float32Array] {
  const triples = Math.max(0, times.length - 2);
  const stencil: [Float32Array, Float32Array, Float32Array] = [
    new Float32Array(triples),
    new Float32Array(triples),
    new Float32Array(triples),
  ];
  for (let k = 0; k < triples; k++) {
    const before = times[k + 1] - times[k];
    const after = times[k + 2] - times[k + 1];
    if (!(before > 0 && after > 0)) {
      const at = before > 0 ? k + 1 : k;
      throw new Error(`temporalSmoothness: expected increasing times, got ${times[at + 1]} after ${times[at]}.`);
    }
    const cut = cuts.some((frame) => frame === k + 1 || frame === k + 2);
    if (cut || Math.max(before, after) > longestStep) continue;
    const scale = Math.sqrt((before + after) / (2 * referenceStep)) / sigma;
    stencil[0][k] = (scale * 2) / (before * (before + after));
    stencil[2][k] = (scale * 2) / (after * (before + after));
    stencil[1][k] = -(stencil[0][k] + stencil[2][k]);
  }
  return stencil;
}
