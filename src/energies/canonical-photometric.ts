import { type CanonicalSequence } from '../canonical/canonical-map.js';
import { type HeadModel } from '../flame/head-model.js';
import { distort } from '../geometry/distortion.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { projectPoints } from '../geometry/project.js';
import { assertPositive } from '../tensor/shape.js';
import { CanonicalMesh } from './canonical-mesh.js';
import { CanonicalObservations } from './canonical-observations.js';
import { canonicalForm } from './canonical-model.js';
import { type CanonicalSamples, canonicalSamples } from './canonical-samples.js';
import { CanonicalSampler } from './canonical-sampler.js';
import { type CanonicalTarget } from './canonical-target.js';
import { CanonicalTexture, templateTexture } from './canonical-texture.js';
import { type EnergyTerm, type FitScene } from './energy-term.js';
import { cauchyLoss, type RobustLoss } from './robust-loss.js';

export interface CanonicalTermOptions {
  weight?: number;
  /** `[V, 3]` unit cube: canonical coordinates of the template's vertices; `unit-cube` maps only, which need it. */
  embedding?: ArrayLike<number>;
  /** N, how many points of the skin are compared. */
  sampleCount?: number;
  /** D, texels along a side of the canonical texture; 0: the template's embedding is the truth. */
  textureSize?: number;
  /** Standard deviation of a map's coordinates where it brings none, shares of the cube's side. */
  sigma?: number;
  /** How far a person's place for a point lies from the template's where the texture does not say it, likewise. */
  discrepancy?: number;
  /** How many independent observations an image of a head is worth, however many samples it shows. */
  effectiveCount?: number;
  /** E_U: standard deviations of a texel from the template's embedding and of the difference of two neighbours. */
  anchorSigma?: number;
  smoothSigma?: number;
  /** `false`: plain least squares. */
  robust?: RobustLoss | false;
}

/** The term, and what goes with its texture. */
export interface CanonicalTerms {
  terms: EnergyTerm[];
  /** `[D, D, 3]` U_0; absent where the term has no texture. */
  template?: Float64Array;
}

/**
 * The dense canonical energy (DenseMarks, monocular tracking; math.md section 6): residual `[3, C, F, N]`,
 * `(U(uv_n) - I_C(pi(x_n))) / sigma_C`, over the samples that are visible and inside the map's mask.
 *
 * Visibility, the pyramid level that each map is read at and the samples' weights are held fixed between refreshes.
 * Pixels are those of the picture: the lens bends the projected samples, not the map. `unit-cube` maps are compared
 * with a texture of embeddings, which E_U, a term of its own, ties to the template's; `flame-centred` ones with the
 * neutral mesh under a similarity.
 *
 * @throws the sequence's maps do not fit the head or one another.
 */
export function canonicalPhotometric(
  sequence: CanonicalSequence,
  head: HeadModel,
  options: CanonicalTermOptions = {},
): CanonicalTerms {
  const { weight = 1, sampleCount = 1500, textureSize = 32 } = options;
  const { sigma = 0.02, discrepancy = 0.005, effectiveCount = 200 } = options;
  const { anchorSigma = 0.1, smoothSigma = 0.02 } = options;
  assertPositive('canonical photometric', { sampleCount, sigma, effectiveCount, anchorSigma, smoothSigma });
  checkMaps(sequence);
  const robust = options.robust === false ? undefined : (options.robust ?? cauchyLoss(3));
  const inMetres = sequence.space === 'flame-centred';
  const embedding = inMetres ? head.template : options.embedding;
  if (!embedding) throw new Error('canonical photometric: expected an embedding of the head for unit-cube maps.');
  const samples = canonicalSamples(head, embedding, { count: sampleCount, textureSize: Math.max(2, textureSize) });
  const template = textureSize > 0 && !inMetres ? templateTexture(head, embedding, textureSize) : undefined;
  const texture = template && new CanonicalTexture(samples, template, { anchorSigma, smoothSigma }, robust);
  const mesh = inMetres ? new CanonicalMesh(samples, head, robust) : undefined;
  const target = mesh ?? texture ?? fixedTarget(samples);
  const observations = new CanonicalObservations(sequence, samples, { sigma, discrepancy, effectiveCount });
  return {
    terms: [
      photometricTerm(sequence, samples, head.faces, target, observations, weight, robust),
      ...(texture ? [texture.priorTerm()] : []),
      ...(mesh ? [mesh.neutralTerm(weight)] : []),
    ],
    template,
  };
}

function photometricTerm(
  { frameCount: F, viewCount: C, maps }: CanonicalSequence,
  samples: CanonicalSamples,
  faces: Int32Array,
  target: CanonicalTarget,
  observations: CanonicalObservations,
  weight: number,
  robust: RobustLoss | undefined,
): EnergyTerm {
  const { points } = samples;
  const sampler = new CanonicalSampler(F, C, points.faces.length);
  const frozen: { targets: Float64Array } = { targets: new Float64Array(0) };
  return {
    name: 'canonical',
    weight,
    reads: ['shape', 'expression', 'jointPose', 'headPose', 'offsets', 'cameras', 'focal', ...target.reads],
    points: [points],
    robust,
    refresh(scene) {
      observations.refresh(scene, target.at(scene), faces);
      target.solve?.(scene, observations, pixelsOf(scene, samples, faces, C));
      frozen.targets = target.at(scene);
      sampler.refresh(observations.images);
    },
    get observationWeights() {
      return sampler.weights;
    },
    residual: (state) => sampler.residual(state, state.observe(state.world(points)), target.tensor(state)),
    gaussNewton: canonicalForm(points, { frameCount: F, viewCount: C, maps }, observations, frozen, robust),
  };
}

/** Where the pictures show the samples, as the scene stands. */
function pixelsOf(scene: FitScene, { points }: CanonicalSamples, faces: Int32Array, C: number) {
  return (image: number): Float64Array => {
    const world = interpolateSurface(scene.vertices(Math.floor(image / C)), 3, faces, points);
    const camera = scene.cameras[image % C];
    return distort(camera, projectPoints(world, camera).pixels);
  };
}

/** The template's embedding as it is. */
function fixedTarget({ embedding, points }: CanonicalSamples): CanonicalTarget {
  const count = points.faces.length;
  const planes = Float32Array.from({ length: count * 3 }, (_, i) => embedding[(i % count) * 3 + Math.floor(i / count)]);
  return {
    reads: [],
    at: () => Float64Array.from(embedding),
    tensor: ({ constant }) => constant(planes, [3, count]) as ReturnType<CanonicalTarget['tensor']>,
  };
}

function checkMaps({ frameCount, viewCount, maps }: CanonicalSequence): void {
  if (maps.length !== frameCount * viewCount) {
    throw new Error(
      `canonical photometric: expected ${frameCount} x ${viewCount} maps, present or not, got ${maps.length}.`,
    );
  }
  maps.forEach((map, image) => {
    if (!map) return;
    const pixels = map.width * map.height;
    const place = `frame ${Math.floor(image / viewCount)}, camera ${image % viewCount}`;
    if (map.values.length !== pixels * 3 || map.mask.length !== pixels) {
      throw new Error(
        `canonical photometric: expected ${pixels * 3} values and a mask of ${pixels} at ${place}, got ${map.values.length} and ${map.mask.length}.`,
      );
    }
    const bad = map.values.findIndex((value, i) => map.mask[Math.floor(i / 3)] !== 0 && !Number.isFinite(value));
    if (bad >= 0) {
      throw new Error(
        `canonical photometric: expected finite coordinates inside the mask, got ${map.values[bad]} at ${place}.`,
      );
    }
  });
}
