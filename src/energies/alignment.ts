import { type Alignment, pointSets } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { assertPositive } from '../tensor/shape.js';
import { pixelForm } from './alignment-model.js';
import { type EnergyTerm } from './energy-term.js';
import { imageScales, type ImageScales } from './image-scales.js';
import { cauchyLoss, type RobustLoss } from './robust-loss.js';

export interface AlignmentTermOptions {
  weight?: number;
  /** How many independent observations an image is worth, however many points it has; default by source. */
  effectiveCount?: number;
  /** How far the person's surface lies from the nearest head of the model, metres; default by source. */
  discrepancy?: number;
  /** Share of the observer's error variance that is the same in all pictures of a person; default by source. */
  repeatedShare?: number;
  /** `false`: plain least squares. */
  robust?: RobustLoss | false;
}

/** What is assumed of an observer, where the options say nothing. */
type ObserverDefaults = Required<Pick<AlignmentTermOptions, 'effectiveCount' | 'discrepancy' | 'repeatedShare'>>;

/** Defaults calibrated in docs/weights.md; the sigmas of landmarks hold the model's discrepancy already. */
const landmarkDefaults: ObserverDefaults = { effectiveCount: 100, discrepancy: 0, repeatedShare: 0.6 };
/** Whoever wrote a file knows its errors: they are taken to be independent. */
const denseDefaults: ObserverDefaults = { effectiveCount: 500, discrepancy: 1e-3, repeatedShare: 0 };
const networkDefaults: ObserverDefaults = { ...denseDefaults, repeatedShare: landmarkDefaults.repeatedShare };
const fusedDefaults: ObserverDefaults = {
  ...networkDefaults,
  effectiveCount: landmarkDefaults.effectiveCount + denseDefaults.effectiveCount,
};

function defaultsOf(source: Alignment['source']): ObserverDefaults {
  if (source === 'fused') return fusedDefaults;
  if (source === 'uv-flow') return networkDefaults;
  return source === 'landmarks' ? landmarkDefaults : denseDefaults;
}

/**
 * How many pictures of one person tell as much of what they share - shape, focal length, cameras - as one picture with
 * errors of its own would.
 *
 * An observer errs alike in all pictures of a face. Of P pictures whose errors have the correlation `c =
 * repeatedShare` the mean has the variance of `P / (1 + (P - 1) c)` independent ones (the design effect of sampling in clusters);
 * the sum of their energies counts P. Instead of thinning the observations, which also tell each frame's own pose and
 * expression, priors on shared unknowns are to be multiplied by this number, `1 + (P - 1) c`.
 */
export function pictureRepetition(alignment: Alignment, options: AlignmentTermOptions = {}): number {
  const { repeatedShare = defaultsOf(alignment.source).repeatedShare } = options;
  if (!(repeatedShare >= 0 && repeatedShare <= 1)) {
    throw new Error(`alignment: expected a repeatedShare from 0 to 1, got ${repeatedShare}.`);
  }
  const count = alignment.points.faces.length;
  let pictures = 0;
  for (let image = 0; image < alignment.frameCount * alignment.viewCount; image++) {
    if (alignment.sigma.subarray(image * count, (image + 1) * count).some((sigma) => sigma > 0)) pictures++;
  }
  return 1 + Math.max(0, pictures - 1) * repeatedShare;
}

/**
 * Holds projected surface points to the observed ones (FlowFace eq. 12); residual `[2, C, F, N]`, in sigmas.
 *
 * The errors of neighbouring points are correlated: 478 landmarks or 5,023 vertices must weigh alike against the
 * priors, so the lambdas of each image are scaled to sum to `effectiveCount` (math.md section 6). No head of a linear model
 * is the person: `discrepancy`, turned into pixels at the size of the face in each image, is added to sigma in
 * quadrature, so that a very sure observer does not make the fit chase what the model cannot show.
 */
export function alignmentEnergy(alignment: Alignment, head: HeadModel, options: AlignmentTermOptions = {}): EnergyTerm {
  const defaults = defaultsOf(alignment.source);
  const { weight = 1, effectiveCount = defaults.effectiveCount, discrepancy = defaults.discrepancy } = options;
  const robust = options.robust === false ? undefined : (options.robust ?? cauchyLoss(2));
  const { points, frameCount: F, viewCount: C } = alignment;
  const N = points.faces.length;
  assertPositive('alignment', { effectiveCount });
  checkObservations(alignment);
  const lambda = pointWeights(alignment, head);
  const images = imageScales(alignment, head, lambda, discrepancy);
  const planes = onFirstUse(() => tensorPlanes(alignment, lambda, images, effectiveCount));
  return {
    name: 'alignment',
    weight,
    reads: ['shape', 'expression', 'jointPose', 'headPose', 'offsets', 'cameras', 'focal'],
    points: [points],
    robust,
    get observationWeights() {
      return planes().observationWeights;
    },
    get pixels() {
      return { points, target: planes().target, inverseSigma: planes().inverseSigma };
    },
    residual: ({ world, project, constant }) =>
      project(world(points))
        .sub(constant(planes().target, [2, C, F, N]))
        .mul(constant(planes().inverseSigma, [1, C, F, N])),
    gaussNewton:
      robust && robust.cauchyScale === undefined
        ? undefined
        : pixelForm(alignment, lambda, images, robust, effectiveCount),
  };
}

/** Lambda of an iris landmark: the errors of ten points tell four angles and are not those of the skin around them. */
const irisWeight = 5;

/**
 * Lambda of each point (math.md section 6). Of several observers each one's sum to what an image is worth to it, so that
 * the many points of one do not drown the few of another.
 */
function pointWeights(alignment: Alignment, head: HeadModel): Float32Array {
  const { faces, barycentric } = alignment.points;
  const weights = new Float32Array(faces.length);
  const sets = pointSets(alignment);
  for (const { source, first, end } of sets) {
    const points = { faces: faces.subarray(first, end), barycentric: barycentric.subarray(first * 3, end * 3) };
    const own = interpolateSurface(vertexLambda(head, source), 1, head.faces, points);
    const total = own.reduce((sum, value) => sum + value, 0);
    const scale = sets.length > 1 ? defaultsOf(source).effectiveCount / total : 1;
    weights.set(
      own.map((value) => scale * value),
      first,
    );
  }
  return weights;
}

/**
 * `[V]`: for landmarks 1, and more for those on the eyeballs; for dense alignments the head's vertex weights, and 1 on the
 * eyeballs, which alone tell the gaze. FlowFace's files keep the head's: its network was not trained there, and on real
 * photographs its eyeballs stray.
 */
function vertexLambda(head: HeadModel, source: Alignment['source']): Float32Array {
  const skin = source === 'landmarks' ? undefined : head.vertexWeights;
  const eyeballs = source === 'file' ? undefined : head.regions.eyeballs;
  const eyeWeight = source === 'landmarks' ? irisWeight : 1;
  return Float32Array.from({ length: head.vertexCount }, (_, v) => (eyeballs?.[v] ? eyeWeight : (skin?.[v] ?? 1)));
}

/** The observations as the tensor objective takes them: `target` `[2, C, F, N]`, the others `[C, F, N]`. */
function tensorPlanes(
  { points, frameCount: F, viewCount: C, mu, sigma }: Alignment,
  lambda: Float32Array,
  { total, blur }: ImageScales,
  effectiveCount: number,
) {
  const N = points.faces.length;
  const target = new Float32Array(2 * C * F * N);
  const inverseSigma = new Float32Array(C * F * N);
  const observationWeights = new Float32Array(C * F * N);
  for (let image = 0; image < F * C; image++) {
    const [from, to] = [image * N, ((image % C) * F + Math.floor(image / C)) * N];
    for (let n = 0; n < N; n++) {
      if (!(sigma[from + n] > 0)) continue;
      target[to + n] = mu[(from + n) * 2];
      target[C * F * N + to + n] = mu[(from + n) * 2 + 1];
      inverseSigma[to + n] = 1 / Math.hypot(sigma[from + n], blur[image]);
      observationWeights[to + n] = (lambda[n] / total[image]) * effectiveCount;
    }
  }
  return { target, inverseSigma, observationWeights };
}

function onFirstUse<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Refuses an alignment whose observations are not numbers, naming the first. */
function checkObservations({ mu, sigma, viewCount, cameraIds, points }: Alignment): void {
  for (let i = 0; i < sigma.length; i++) {
    if (sigma[i] === 0 || (sigma[i] > 0 && sigma[i] < Infinity && Number.isFinite(mu[i * 2] + mu[i * 2 + 1]))) continue;
    const bad = [sigma[i], mu[i * 2], mu[i * 2 + 1]].find((value) => !Number.isFinite(value));
    const image = Math.floor(i / points.faces.length);
    const place = `frame ${Math.floor(image / viewCount)}, camera ${cameraIds[image % viewCount]}, point ${i % points.faces.length}`;
    throw new Error(`alignment: expected finite pixels and sigma >= 0, got ${bad ?? sigma[i]} at ${place}.`);
  }
}
