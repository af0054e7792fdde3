import { type NormalEquations } from './normal-equations.js';
import { type Step } from './take-step.js';

/**
 * Levenberg-Marquardt damping, one factor per frame: in a long sequence one bad frame must not slow the others.
 *
 * The factor multiplies the diagonal of the Hessian, so it has no unit.
 */
export class Damping {
  /** `[F]`, then one for the shared unknowns. */
  readonly factors: Float64Array;
  /** `[F + 1]` by how much the next rejection raises each factor. */
  readonly growth: Float64Array;
  private readonly least: number;

  constructor(frameCount: number, initial: number, least = 1e-9) {
    this.factors = new Float64Array(frameCount + 1).fill(initial);
    this.growth = new Float64Array(frameCount + 1).fill(firstGrowth);
    this.least = least;
  }

  /** What to add to the Hessian's diagonal; unknowns without curvature are held where they are. */
  diagonal({ n, s, shared, frameCount, ...equations }: NormalEquations, block: (t: number) => Float64Array): Step {
    const damped = (curvature: number, factor: number) => (curvature > 0 ? factor * curvature : 1);
    const frames = new Float64Array(equations.gradient.frames.length);
    for (let t = 0; t < frameCount; t++) {
      const own = block(t);
      for (let i = 0; i < n; i++) frames[t * n + i] = damped(own[i * n + i], this.factors[t]);
    }
    const ofShared = this.factors[frameCount];
    return { frames, shared: Float64Array.from({ length: s }, (_, i) => damped(shared[i * s + i], ofShared)) };
  }

  /**
   * After an accepted step: a part whose energy fell as predicted is damped less, one that fell by less than a quarter of
   * that more.
   *
   * @param gain achieved over predicted decrease.
   */
  accept(part: number, gain: number): void {
    const change = gain > 0.6 ? 1 / 100 : gain > 0.25 ? 1 / 10 : gain < 0 ? 4 : 1;
    this.factors[part] = Math.max(this.least, this.factors[part] * change);
    this.growth[part] = firstGrowth;
  }

  /** After a rejected step: grows ever faster. */
  reject(part: number): void {
    this.factors[part] = Math.max(this.factors[part], 1e-6) * this.growth[part];
    this.growth[part] *= 2;
  }

  /** The largest factor. */
  get largest(): number {
    return this.factors.reduce((most, factor) => Math.max(most, factor), 0);
  }
}

const firstGrowth = 4;
