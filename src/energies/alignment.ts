import { type Alignment } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { assertPositive } from '../tensor/shape.js';
import { imageModel } from './alignment-model.js';
import { type EnergyTerm } from './energy-term.js';
import { cauchyLoss, type RobustLoss } from './robust-loss.js';

export interface AlignmentTermOptions {
  weight?: number;
  /** How many independent observations an image is worth, however many points it has; default by source. */
  effectiveCount?: number;
  /** How far the person's surface lies from the nearest head of the model, metres; default by source. */
  discrepancy?: number;
  /** `false`: plain least squares. */
  robust?: RobustLoss | false;
}

/** Defaults calibrated in docs/weights.md; the sigmas of landmarks hold the model's discrepancy already. */
const landmarkDefaults = { effectiveCount: 100, discrepancy: 0 };
const denseDefaults = { effectiveCount: 500, discrepancy: 1e-3 };

/**
 * Holds projected surface points to the observed ones (FlowFace eq. 12); residual `[2, C, F, N]`, in sigmas.
 *
 * The errors of neighbouring points are correlated: 478 landmarks or 5,023 vertices must weigh alike against the
 * priors, so the lambdas of each image are scaled to sum to `effectiveCount` (math.md section 6). No head of a linear model
 * is the person: `discrepancy`, turned into pixels at the size of the face in each image, is added to sigma in
 * quadrature, so that a very sure observer does not make the fit chase what the model cannot show.
 */
export function alignmentEnergy(alignment: Alignment, head: HeadModel, options: AlignmentTermOptions = {}): EnergyTerm {
  const defaults = alignment.source === 'landmarks' ? landmarkDefaults : denseDefaults;
  const { weight = 1, effectiveCount = defaults.effectiveCount, discrepancy = defaults.discrepancy } = options;
  const robust = options.robust === false ? undefined : (options.robust ?? cauchyLoss(2));
  const { points, frameCount: F, viewCount: C } = alignment;
  const N = points.faces.length;
  assertPositive('alignment', { effectiveCount });
  checkObservations(alignment);
  const template = interpolateSurface(head.template, 3, head.faces, points);
  const target = new Float32Array(2 * C * F * N);
  const inverseSigma = new Float32Array(C * F * N);
  const lambda = pointWeights(alignment, head);
  const observationWeights = new Float32Array(C * F * N);
  for (let c = 0; c < C; c++) {
    for (let f = 0; f < F; f++) {
      const from = (f * C + c) * N;
      const to = (c * F + f) * N;
      const seen = lambda.map((value, n) => (alignment.sigma[from + n] > 0 ? value : 0));
      const total = seen.reduce((sum, value) => sum + value, 0);
      const blur = discrepancy * pixelsPerMetre(alignment.mu.subarray(from * 2, (from + N) * 2), template, seen);
      for (let n = 0; n < N; n++) {
        const sigma = alignment.sigma[from + n];
        if (sigma <= 0) continue;
        target[to + n] = alignment.mu[(from + n) * 2];
        target[C * F * N + to + n] = alignment.mu[(from + n) * 2 + 1];
        inverseSigma[to + n] = 1 / Math.hypot(sigma, blur);
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
    pixels: { points, target, inverseSigma },
    residual: ({ world, project, constant }) =>
      project(world(points))
        .sub(constant(target, [2, C, F, N]))
        .mul(constant(inverseSigma, [1, C, F, N])),
    gaussNewton: {
      kind: 'points',
      points,
      views: (frame) =>
        Array.from({ length: C }, (_, c) => c).filter((c) => {
          const start = (c * F + frame) * N;
          return observationWeights.subarray(start, start + N).some((weight) => weight > 0);
        }),
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

/** Lambda of an iris landmark: the errors of ten points tell four angles and are not those of the skin around them. */
const irisWeight = 5;

/**
 * Lambda of each point (math.md section 6): for landmarks 1, and more for those on the eyeballs; for dense alignments the
 * head's vertex weights, and 1 on the eyeballs, which alone tell the gaze. FlowFace's files keep the head's: its network
 * was not trained there, and on real photographs its eyeballs stray.
 */
function pointWeights({ points, source }: Alignment, head: HeadModel): Float32Array {
  const skin = source === 'landmarks' ? undefined : head.vertexWeights;
  const eyeballs = source === 'file' ? undefined : head.regions.eyeballs;
  const eyeWeight = source === 'landmarks' ? irisWeight : 1;
  const perVertex = Float32Array.from({ length: head.vertexCount }, (_, v) =>
    eyeballs?.[v] ? eyeWeight : (skin?.[v] ?? 1),
  );
  return interpolateSurface(perVertex, 1, head.faces, points);
}

/** Scale of a face in its image: the spread of its points there over their spread on the mean head; 0 without points. */
function pixelsPerMetre(pixels: Float32Array, points: Float32Array, weights: Float32Array): number {
  const [inImage, onHead] = [spread(pixels, 2, weights), spread(points, 3, weights)];
  return onHead > 0 ? inImage / onHead : 0;
}

/** Weighted root mean square distance of points `[N, width]` from their centroid. */
function spread(points: Float32Array, width: number, weights: Float32Array): number {
  const total = weights.reduce((sum, value) => sum + value, 0);
  let variance = 0;
  for (let axis = 0; axis < width; axis++) {
    let [sum, squares] = [0, 0];
    for (let n = 0; n < weights.length; n++) {
      if (weights[n] === 0) continue;
      sum += weights[n] * points[n * width + axis];
      squares += weights[n] * points[n * width + axis] ** 2;
    }
    variance += squares / total - (sum / total) ** 2;
  }
  return total > 0 ? Math.sqrt(Math.max(0, variance)) : 0;
}

/** Refuses an alignment whose observations are not numbers, naming the first. */
function checkObservations({ mu, sigma, viewCount, cameraIds, points }: Alignment): void {
  for (let i = 0; i < sigma.length; i++) {
    const values = sigma[i] === 0 ? [sigma[i]] : [sigma[i], mu[i * 2], mu[i * 2 + 1]];
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad === undefined && sigma[i] >= 0) continue;
    const image = Math.floor(i / points.faces.length);
    const place = `frame ${Math.floor(image / viewCount)}, camera ${cameraIds[image % viewCount]}, point ${i % points.faces.length}`;
    throw new Error(`alignment: expected finite pixels and sigma >= 0, got ${bad ?? sigma[i]} at ${place}.`);
  }
}
