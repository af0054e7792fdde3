import * as tf from '@tensorflow/tfjs';
import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { alignRigid, applyAlignment, type RigidAlignment } from '../geometry/rigid-alignment.js';
import { type CanonicalObservations } from './canonical-observations.js';
import { type CanonicalSamples } from './canonical-samples.js';
import { collectSeen, type SeenValue, seenWeight } from './canonical-seen.js';
import { type CanonicalTarget } from './canonical-target.js';
import { type EnergyTerm, type FitScene } from './energy-term.js';
import { type NeutralForm } from './gauss-newton-form.js';
import { type RobustLoss } from './robust-loss.js';

/** Rounds of reweighting of the similarity; the first weighs all alike. */
const similarityRounds = 5;

/**
 * Targets of `flame-centred` maps: the person's own neutral head under a similarity (Face Anything; math.md section 6).
 *
 * Such a map tells two things: where a point of the head is in the picture, and where it is on the neutral head. With
 * the neutral head held fixed between refreshes the photometric term learns the first; `neutralTerm`, with the maps'
 * values held fixed, the second. Together they have the gradient of the whole at every refresh.
 */
export class CanonicalMesh implements CanonicalTarget {
  readonly reads = [] as const;
  private similarity?: RigidAlignment;
  private planes = new Float32Array(0);
  /** `[N, 3]` metres, head frame: where the maps put the samples on the neutral head; `[N]` 1 / metres, 0 unseen. */
  private neutral: { targets: Float32Array; inverseSigma: Float32Array };

  constructor(
    private readonly samples: CanonicalSamples,
    private readonly head: HeadModel,
    private readonly robust: RobustLoss | undefined,
  ) {
    const count = samples.points.faces.length;
    this.neutral = { targets: new Float32Array(count * 3), inverseSigma: new Float32Array(count) };
  }

  at(scene: FitScene): Float64Array {
    const neutral = this.neutralSamples(scene);
    const targets = this.similarity ? applyAlignment(this.similarity, neutral) : Float64Array.from(neutral);
    const count = targets.length / 3;
    this.planes = Float32Array.from(targets, (_, i) => targets[(i % count) * 3 + Math.floor(i / count)]);
    return targets;
  }

  tensor({ constant }: Parameters<CanonicalTarget['tensor']>[0]): tf.Tensor2D {
    return constant(this.planes, [3, this.planes.length / 3]) as tf.Tensor2D;
  }

  solve(scene: FitScene, observations: CanonicalObservations, pixels: (image: number) => Float64Array): void {
    const count = this.samples.points.faces.length;
    const seen = collectSeen(observations, pixels, count);
    const neutral = this.neutralSamples(scene);
    const held = seen.flatMap((values, n) => values.map((value) => ({ value, n })));
    if (held.length < 4) return;
    const source = Float64Array.from(held.flatMap(({ n }) => Array.from(neutral.subarray(n * 3, n * 3 + 3))));
    const target = Float64Array.from(held.flatMap(({ value }) => Array.from(value.value)));
    for (let round = 0; round < similarityRounds; round++) {
      const targets = this.similarity ? applyAlignment(this.similarity, neutral) : undefined;
      const weights = held.map(({ value, n }) => (targets ? seenWeight(value, targets, n, this.robust) : value.lambda));
      this.similarity = alignRigid(source, target, { weights, scale: true });
    }
    this.placeOnNeutral(seen, applyAlignment(this.similarity!, neutral));
  }

  /** Holds the neutral head to where the maps put it; residual `[3, 1, N]`, in sigmas (metres). */
  neutralTerm(weight: number): EnergyTerm {
    const { points } = this.samples;
    const count = points.faces.length;
    return {
      name: 'canonicalNeutral',
      weight,
      reads: ['shape', 'offsets'],
      points: [points],
      residual: ({ neutral, constant }) => {
        const { targets, inverseSigma } = this.neutral;
        const wanted = tf.transpose(constant(targets, [count, 3])).reshape([3, 1, count]);
        return tf.mul(tf.sub(neutral(points), wanted), constant(inverseSigma, [1, 1, count]));
      },
      gaussNewton: this.neutralForm(),
    };
  }

  private neutralForm(): NeutralForm {
    return {
      kind: 'neutralPoints',
      points: this.samples.points,
      evaluate: (neutral, factor, model) => {
        const { targets, inverseSigma } = this.neutral;
        let energy = 0;
        for (let i = 0; i < neutral.length; i++) {
          const [n, axis] = [Math.floor(i / 3), i % 3];
          const curvature = factor * inverseSigma[n] ** 2;
          const error = neutral[i] - targets[i];
          energy += (curvature / 2) * error * error;
          if (!model) continue;
          model.gradient[i] += curvature * error;
          model.hessian[n * 6 + [0, 3, 5][axis]] += curvature;
        }
        return energy;
      },
    };
  }

  private neutralSamples(scene: FitScene): Float32Array {
    return interpolateSurface(scene.neutral(), 3, this.head.faces, this.samples.points);
  }

  /** Weighted means of what the images show of each sample, brought back to the head's frame. */
  private placeOnNeutral(seen: SeenValue[][], targets: Float64Array): void {
    const { rotation: R, translation: t, scale } = this.similarity!;
    const count = seen.length;
    this.neutral = { targets: new Float32Array(count * 3), inverseSigma: new Float32Array(count) };
    seen.forEach((values, n) => {
      const mean = [0, 0, 0];
      let total = 0;
      for (const value of values) {
        const weight = seenWeight(value, targets, n, this.robust);
        total += weight;
        for (let axis = 0; axis < 3; axis++) mean[axis] += weight * (value.value[axis] - t[axis]);
      }
      if (total === 0) return;
      for (let axis = 0; axis < 3; axis++) {
        const back = R[axis] * mean[0] + R[3 + axis] * mean[1] + R[6 + axis] * mean[2];
        this.neutral.targets[n * 3 + axis] = back / (total * scale);
      }
      this.neutral.inverseSigma[n] = scale * Math.sqrt(total);
    });
  }
}
