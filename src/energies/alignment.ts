import { type Alignment } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { imageModel } from './alignment-model.js';
import { type EnergyTerm } from './energy-term.js';
import { cauchyLoss, type RobustLoss } from './robust-loss.js';

export interface AlignmentTermOptions {
  weight?: number;
  /** How many independent observations an image is worth, however many points it has. */
  effectiveCount?: number;
  robust?: RobustLoss;
}

/**
 * Holds projected surface points to the observed ones (FlowFace eq. 12); residual `[2, C, F, N]`, in sigmas.
 *
 * The errors of neighbouring points are correlated: 478 landmarks or 5,023 vertices must weigh alike against the
 * priors, so the lambdas of each image are scaled to sum to `effectiveCount` (math.md section 6).
 */
export function alignmentEnergy(
  alignment: Alignment,
  head: HeadModel,
  { weight = 1, effectiveCount = 150, robust = cauchyLoss(3) }: AlignmentTermOptions = {},
): EnergyTerm {
  const { points, frameCount: F, viewCount: C } = alignment;
  const N = points.faces.length;
  const target = new Float32Array(2 * C * F * N);
  const inverseSigma = new Float32Array(C * F * N);
  const lambda = pointWeights(alignment, head);
  const observationWeights = new Float32Array(C * F * N);
  for (let c = 0; c < C; c++) {
    for (let f = 0; f < F; f++) {
      const from = (f * C + c) * N;
      const to = (c * F + f) * N;
      let total = 0;
      for (let n = 0; n < N; n++) if (alignment.sigma[from + n] > 0) total += lambda[n];
      for (let n = 0; n < N; n++) {
        const sigma = alignment.sigma[from + n];
        if (sigma <= 0) continue;
        target[to + n] = alignment.mu[(from + n) * 2];
        target[C * F * N + to + n] = alignment.mu[(from + n) * 2 + 1];
        inverseSigma[to + n] = 1 / sigma;
        observationWeights[to + n] = (lambda[n] / total) * effectiveCount;
      }
    }
  }
  return {
    name: 'alignment',
    weight,
    reads: ['shape', 'expression', 'jointPose', 'headPose', 'offsets', 'cameras', 'focal'],
    points: [points],
    robust,
    observationWeights,
    residual: ({ world, project, constant }) =>
      project(world(points))
        .sub(constant(target, [2, C, F, N]))
        .mul(constant(inverseSigma, [1, C, F, N])),
    gaussNewton: {
      kind: 'points',
      points,
      evaluate(frame, world, cameras, columns, factor, model) {
        let energy = 0;
        for (let c = 0; c < C; c++) {
          const start = (c * F + frame) * N;
          const part = (values: Float32Array, from: number) => values.subarray(from, from + N);
          const image = {
            targetX: part(target, start),
            targetY: part(target, C * F * N + start),
            inverseSigma: part(inverseSigma, start),
            lambda: part(observationWeights, start),
          };
          energy += imageModel(image, world, c, cameras[c], columns, robust, factor, model);
        }
        return energy;
      },
    },
  };
}

/** Lambda of each point: 1 for landmarks, the head's vertex weights for dense alignments (math.md section 6). */
function pointWeights({ points, source }: Alignment, head: HeadModel): Float32Array {
  const lambda = new Float32Array(points.faces.length).fill(1);
  if (source === 'landmarks' || !head.vertexWeights) return lambda;
  return lambda.map((_, n) =>
    [0, 1, 2].reduce(
      (sum, corner) =>
        sum + points.barycentric[n * 3 + corner] * head.vertexWeights![head.faces[points.faces[n] * 3 + corner]],
      0,
    ),
  );
}
