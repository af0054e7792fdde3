import * as tf from '@tensorflow/tfjs';
import { type HeadModel } from '../flame/head-model.js';
import { type CanonicalObservations } from './canonical-observations.js';
import { collectSeen, type SeenValue, seenWeight } from './canonical-seen.js';
import { type CanonicalSamples, canonicalSamples } from './canonical-samples.js';
import { type CanonicalTarget } from './canonical-target.js';
import { type EnergyTerm, type FitScene } from './energy-term.js';
import { type RobustLoss } from './robust-loss.js';
import { solveTexture, type TexturePrior } from './texture-solve.js';

/** Rounds of reweighting in a solve; the first takes the median of what each sample saw. */
const solveRounds = 4;

/** Samples that a template's texture is made from, whatever a fit's own are: it belongs to the head alone. */
const templateSampleCount = 6000;

/** U_0 `[D, D, 3]`: the template's embedding, smoothly continued where the layout has no skin. */
export function templateTexture(head: HeadModel, embedding: ArrayLike<number>, textureSize: number): Float64Array {
  const samples = canonicalSamples(head, embedding, { count: templateSampleCount, textureSize });
  const certain = new Float32Array(templateSampleCount).fill(1);
  return solveTexture(samples, samples.embedding, certain, { anchorSigma: 1e3, smoothSigma: 10 });
}

/**
 * The texture U of canonical embeddings (math.md section 6): a sample's target is the template's place plus what the
 * texture is off its template there, so that with the template's texture the targets are exact whatever its size.
 */
export class CanonicalTexture implements CanonicalTarget {
  readonly reads = ['canonicalTexture'] as const;

  /** @param template `[D, D, 3]` U_0. */
  constructor(
    private readonly samples: CanonicalSamples,
    readonly template: Float64Array,
    private readonly prior: TexturePrior,
    private readonly robust: RobustLoss | undefined,
  ) {}

  at({ canonicalTexture }: FitScene): Float64Array {
    const { texels, texelWeights, embedding } = this.samples;
    const targets = Float64Array.from(embedding);
    for (let k = 0; k < texels.length; k++) {
      for (let axis = 0; axis < 3; axis++) {
        const place = texels[k] * 3 + axis;
        targets[(k >> 2) * 3 + axis] += texelWeights[k] * (canonicalTexture[place] - this.template[place]);
      }
    }
    return targets;
  }

  /** `[3, N]`: the texture is gathered by a product with the samples' texel weights, whose gradient every backend has. */
  tensor({ canonicalTexture, constant }: Parameters<CanonicalTarget['tensor']>[0]): tf.Tensor2D {
    const { textureSize: D, points } = this.samples;
    const count = points.faces.length;
    const planes = constant(this.planes().embedding, [3, count]) as tf.Tensor2D;
    if (!canonicalTexture) return planes;
    const moved = tf.sub(canonicalTexture, constant(this.planes().template, [3, D * D])) as tf.Tensor2D;
    return tf.add(tf.matMul(moved, constant(this.planes().gather, [D * D, count]) as tf.Tensor2D), planes);
  }

  /** Where the solver leaves it to the terms, sets the scene's texture to the best one for what the samples see now, with the fit as it is. */
  solve(scene: FitScene, observations: CanonicalObservations, pixels: (image: number) => Float64Array): void {
    if (!scene.solves.includes('canonicalTexture')) return;
    const { samples, prior, robust, template } = this;
    const count = samples.points.faces.length;
    const seen = collectSeen(observations, pixels, count);
    let targets = medians(seen, this.at(scene));
    for (let round = 0; round < solveRounds; round++) {
      const [weights, wanted] = [new Float64Array(count), new Float64Array(count * 3)];
      seen.forEach((values, n) => {
        for (const seenValue of values) {
          const { value } = seenValue;
          const share = seenWeight(seenValue, targets, n, robust);
          weights[n] += share;
          for (let axis = 0; axis < 3; axis++) {
            wanted[n * 3 + axis] += share * (value[axis] - samples.embedding[n * 3 + axis]);
          }
        }
        for (let axis = 0; axis < 3 && weights[n] > 0; axis++) wanted[n * 3 + axis] /= weights[n];
      });
      const moved = solveTexture(samples, wanted, weights, prior);
      moved.forEach((value, i) => (scene.canonicalTexture[i] = template[i] + value));
      targets = this.at(scene);
    }
  }

  /** E_U: the texture near the template's, and what it is off it smooth; residual `[3, D² + 2 D (D - 1)]`, in sigmas. */
  priorTerm(): EnergyTerm {
    const { anchorSigma, smoothSigma } = this.prior;
    const { textureSize: D } = this.samples;
    return {
      name: 'canonicalTexture',
      weight: 1,
      reads: ['canonicalTexture'],
      residual: ({ canonicalTexture, constant }) => {
        const moved = tf.sub(canonicalTexture!, constant(this.planes().template, [3, D * D])).reshape([3, D, D]);
        const right = tf.sub(moved.slice([0, 0, 1], [3, D, D - 1]), moved.slice([0, 0, 0], [3, D, D - 1]));
        const below = tf.sub(moved.slice([0, 1, 0], [3, D - 1, D]), moved.slice([0, 0, 0], [3, D - 1, D]));
        const smooth = [right, below].map((part) => tf.div(part, smoothSigma).reshape([3, D * (D - 1)]));
        return tf.concat([tf.div(moved, anchorSigma).reshape([3, D * D]), ...smooth], 1);
      },
      // Gauss-Newton leaves the texture to `solve`, which knows this prior: to pose and shape it is a constant.
      gaussNewton: { kind: 'diagonal', evaluate: () => 0 },
    };
  }

  private made?: Record<'embedding' | 'template' | 'gather', Float32Array>;

  /** The constants of the tensor form, component first. */
  private planes() {
    const { embedding, texels, texelWeights, textureSize: D, points } = this.samples;
    const count = points.faces.length;
    if (!this.made) {
      const gather = new Float32Array(D * D * count);
      texels.forEach((texel, k) => (gather[texel * count + (k >> 2)] += texelWeights[k]));
      this.made = { embedding: componentFirst(embedding), template: componentFirst(this.template), gather };
    }
    return this.made;
  }
}

/** `[3, n]` from `[n, 3]`. */
export function componentFirst(values: ArrayLike<number>): Float32Array {
  const count = values.length / 3;
  return Float32Array.from({ length: values.length }, (_, i) => values[(i % count) * 3 + Math.floor(i / count)]);
}

/** `[N, 3]` the median of what each sample saw; `otherwise` where that is nothing. */
function medians(seen: SeenValue[][], otherwise: Float64Array): Float64Array {
  return otherwise.map((value, i) => {
    const values = seen[Math.floor(i / 3)];
    if (values.length === 0) return value;
    return Float64Array.from(values, (one) => one.value[i % 3]).sort()[values.length >> 1];
  });
}
