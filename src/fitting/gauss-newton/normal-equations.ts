import { blockSize } from '../../tensor/block-algebra.js';
import { type Layout } from './layout.js';
import { type Step } from './take-step.js';

/**
 * Gradient and Gauss-Newton Hessian at one point; F frames of n unknowns, s shared ones.
 *
 * Frames touch only the next two (through accelerations) and the shared unknowns, so the Hessian is a band of blocks
 * with a border.
 */
export class NormalEquations {
  readonly frameCount: number;
  readonly n: number;
  readonly s: number;
  /** Whether frames touch each other. */
  readonly coupled: boolean;
  /** `[F, n, n]` blocks of frame t with t, t + 1, t + 2; the last two empty where frames are not coupled. */
  readonly band: [Float64Array, Float64Array, Float64Array];
  /** `[F, n, s]` blocks of each frame with the shared unknowns, n rounded up to {@link blockSize} by rows of zeros. */
  readonly border: Float64Array;
  /** `[s, s]`. */
  readonly shared: Float64Array;
  /** `[F, n]` and `[s]`. */
  readonly gradient: Step;

  constructor({ frameCount, frameSize, sharedSize }: Layout, coupled: boolean) {
    this.frameCount = frameCount;
    this.n = frameSize;
    this.s = sharedSize;
    this.coupled = coupled;
    const blocks = () => new Float64Array(coupled ? frameCount * frameSize * frameSize : 0);
    this.band = [new Float64Array(frameCount * frameSize * frameSize), blocks(), blocks()];
    this.border = new Float64Array(frameCount * blockSize(frameSize) * sharedSize);
    this.shared = new Float64Array(sharedSize * sharedSize);
    this.gradient = { frames: new Float64Array(frameCount * frameSize), shared: new Float64Array(sharedSize) };
  }

  clear(): void {
    for (const values of [...this.band, this.border, this.shared, this.gradient.frames, this.gradient.shared]) {
      values.fill(0);
    }
  }

  /** The block of frame t with frame t + distance, a view. */
  block(t: number, distance: 0 | 1 | 2 = 0): Float64Array {
    const size = this.n * this.n;
    return this.band[distance].subarray(t * size, (t + 1) * size);
  }

  /** The block `[n, s]` of frame t with the shared unknowns, a view. */
  borderOf(t: number): Float64Array {
    const size = blockSize(this.n) * this.s;
    return this.border.subarray(t * size, (t + 1) * size);
  }

  /** The Hessian times a step. */
  multiply(step: Step): Step {
    const { n, s, frameCount } = this;
    const product = { frames: new Float64Array(frameCount * n), shared: new Float64Array(s) };
    for (let t = 0; t < frameCount; t++) {
      const x = step.frames.subarray(t * n, (t + 1) * n);
      const y = product.frames.subarray(t * n, (t + 1) * n);
      addProduct(this.block(t), n, n, x, y);
      for (const distance of [1, 2] as const) {
        if (!this.coupled || t + distance >= frameCount) continue;
        const other = step.frames.subarray((t + distance) * n, (t + distance + 1) * n);
        addProduct(this.block(t, distance), n, n, other, y);
        addTransposed(
          this.block(t, distance),
          n,
          n,
          x,
          product.frames.subarray((t + distance) * n, (t + distance + 1) * n),
        );
      }
      addProduct(this.borderOf(t), n, s, step.shared, y);
      addTransposed(this.borderOf(t), n, s, x, product.shared);
    }
    addProduct(this.shared, s, s, step.shared, product.shared);
    return product;
  }
}

function addProduct(A: Float64Array, rows: number, columns: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += A[i * columns + j] * x[j];
    y[i] += sum;
  }
}

function addTransposed(A: Float64Array, rows: number, columns: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    if (x[i] === 0) continue;
    for (let j = 0; j < columns; j++) y[j] += A[i * columns + j] * x[i];
  }
}
