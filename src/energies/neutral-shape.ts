import { type SurfacePoints } from '../geometry/surface-points.js';
import { assertLength, assertPositive } from '../tensor/shape.js';
import { type EnergyTerm } from './energy-term.js';

export interface NeutralShapeOptions {
  weight?: number;
  /** Standard deviation of the predicted neutral mesh, metres. */
  sigma?: number;
  /** How many independent vertices the prediction is worth. */
  effectiveCount?: number;
  /** `[N]` relative weight of each vertex. */
  vertexWeights?: Float32Array;
}

/**
 * Holds the neutral head to a predicted one (FlowFace's E_MICA); residual `[3, 1, N]`, in sigmas.
 *
 * The prediction comes from a mesh, from coefficients or from a network; it is registered rigidly to the head frame
 * before (`register-neutral.ts`). The neutral head includes the offsets.
 *
 * @param points N surface points of the head.
 * @param target `[N, 3]` their predicted positions, metres, head frame.
 */
export function neutralShape(
  points: SurfacePoints,
  target: Float32Array,
  { weight = 1, sigma = 1e-3, effectiveCount = 100, vertexWeights }: NeutralShapeOptions = {},
): EnergyTerm {
  const N = points.faces.length;
  assertLength('neutralShape target', target, [N, 3]);
  assertPositive('neutralShape', { sigma, effectiveCount });
  const planes = new Float32Array(3 * N);
  for (let n = 0; n < N; n++) for (let axis = 0; axis < 3; axis++) planes[axis * N + n] = target[n * 3 + axis];
  const relative = vertexWeights ?? new Float32Array(N).fill(1);
  const total = relative.reduce((sum, value) => sum + value, 0);
  const observationWeights = relative.map((value) => (value / total) * effectiveCount);
  return {
    name: 'neutralShape',
    weight,
    reads: ['shape', 'offsets'],
    points: [points],
    observationWeights,
    residual: ({ neutral, constant }) =>
      neutral(points)
        .sub(constant(planes, [3, 1, N]))
        .div(sigma),
    gaussNewton: {
      kind: 'neutralPoints',
      points,
      evaluate(neutral, factor, model) {
        let energy = 0;
        for (let n = 0; n < N; n++) {
          const stiffness = (factor * observationWeights[n]) / sigma ** 2;
          for (let axis = 0; axis < 3; axis++) {
            const difference = neutral[n * 3 + axis] - target[n * 3 + axis];
            energy += (stiffness / 2) * difference * difference;
            if (!model) continue;
            model.gradient[n * 3 + axis] += stiffness * difference;
            model.hessian[n * 6 + diagonalEntry[axis]] += stiffness;
          }
        }
        return energy;
      },
    },
  };
}

/** Where xx, yy and zz stand among the six entries of a symmetric matrix. */
const diagonalEntry = [0, 3, 5];
