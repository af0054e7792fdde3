import { type Block, BlockAlgebra, blockSize } from '../../tensor/block-algebra.js';
import { type BorderChain } from '../../tensor/border-chain.js';
import { type ProductEngine } from '../../tensor/product-engine.js';
import { type NormalEquations } from './normal-equations.js';
import { type Step } from './take-step.js';

/** What is added to and left out of the normal equations for one try. */
export interface StepConstraints {
  /** `[F, n]` and `[s]` added to the diagonal. */
  damping: Step;
  /** Unknowns that do not follow the equations, 1 each: they take the step in `pinned`. */
  fixed: { frames: Uint8Array; shared: Uint8Array };
  pinned: Step;
}

/**
 * Solves damped normal equations: block Cholesky along the frames, through which the shared unknowns' border then goes
 * as one chain of products, and the Schur complement for the shared ones (math.md section 7). Double precision: the
 * complement is a small difference of large numbers where depth, focal length and shape compete.
 */
export class BorderedSolver {
  private readonly equations: NormalEquations;
  private readonly algebra: BlockAlgebra;
  /** n rounded up to whole blocks. */
  private readonly width: number;
  /** `[F]` blocks `[n, n]` of the factor L: `L_t^-T`, and frame t with the two before it, of which the first have none. */
  private readonly inverse: Block[];
  private readonly first: Block[];
  private readonly second: Block[];
  /** The frame at hand. */
  private readonly own: Block;
  private readonly shared: Block;
  private chain?: BorderChain;

  constructor(equations: NormalEquations) {
    const { frameCount, coupled, s } = equations;
    this.equations = equations;
    const n = (this.width = blockSize(equations.n));
    const size = blockSize(s);
    this.algebra = new BlockAlgebra((frameCount * (coupled ? 3 : 1) + 1) * n * n + size * size);
    const blocks = (count: number) => Array.from({ length: count }, () => this.algebra.allocate(n, n));
    this.inverse = blocks(frameCount);
    this.first = blocks(coupled ? frameCount : 0);
    this.second = blocks(coupled ? frameCount : 0);
    this.own = this.algebra.allocate(n, n);
    this.shared = this.algebra.allocate(size, size);
  }

  async prepare(engine: ProductEngine): Promise<void> {
    const { frameCount, s, coupled } = this.equations;
    if (s > 0) this.chain = await engine.chain({ frameCount, n: this.width, s, coupled });
  }

  async dispose(): Promise<void> {
    await this.chain?.dispose();
  }

  /** @returns the step, or undefined where the matrix is not positive definite. */
  async solve(constraints: StepConstraints): Promise<Step | undefined> {
    const { equations, width } = this;
    const { n, s, frameCount } = equations;
    for (let t = 0; t < frameCount; t++) this.constrainFrame(t, constraints);
    for (let t = 0; t < frameCount; t++) if (!this.factoriseFrame(t, constraints)) return undefined;
    const factors = { inverse: all(this.inverse), first: all(this.first), second: all(this.second) };
    const { rows, gram } = (await this.chain?.run(factors, equations.border)) ?? none;
    const right = this.rightHandSide(constraints);
    const forward = Array.from({ length: frameCount }, (_, t) => right.frames.subarray(t * width, (t + 1) * width));
    for (let t = 0; t < frameCount; t++) {
      if (t > 0 && equations.coupled) subtractProduct(this.first[t].values, width, width, forward[t - 1], forward[t]);
      if (t > 1 && equations.coupled) subtractProduct(this.second[t].values, width, width, forward[t - 2], forward[t]);
      const solved = new Float64Array(width);
      subtractTransposed(this.inverse[t].values, width, width, forward[t], solved);
      for (let i = 0; i < width; i++) forward[t][i] = -solved[i];
      subtractTransposed(rowsOf(rows, t, width, s), width, s, forward[t], right.shared);
    }
    if (!this.factoriseShared(gram, constraints)) return undefined;
    this.solveShared(right.shared, constraints);
    this.substituteFrames(forward, rows, right.shared);
    const frames = new Float64Array(frameCount * n);
    forward.forEach((x, t) => frames.set(x.subarray(0, n), t * n));
    const { fixed, pinned } = constraints;
    return {
      frames: frames.map((value, i) => (fixed.frames[i] ? pinned.frames[i] : value)),
      shared: right.shared.slice(0, s).map((value, i) => (fixed.shared[i] ? pinned.shared[i] : value)),
    };
  }

  /** Copies the band's blocks of the next two frames with frame t, fixed unknowns left out. */
  private constrainFrame(t: number, { fixed }: StepConstraints): void {
    const { n, frameCount, coupled } = this.equations;
    const fixedAt = (frame: number) => fixed.frames.subarray(frame * n, (frame + 1) * n);
    for (const distance of coupled ? ([1, 2] as const) : []) {
      const block = (distance === 1 ? this.first : this.second)[t + distance];
      if (t + distance >= frameCount) continue;
      // Below the diagonal: block (t + distance, t) is the transpose of what the equations hold.
      copyTransposed(this.equations.block(t, distance), n, block);
      clearFixed(block, fixedAt(t + distance), fixedAt(t));
    }
  }

  /** Factorises frame t after its predecessors, and makes its successors' blocks those of the factor. */
  private factoriseFrame(t: number, { damping, fixed }: StepConstraints): boolean {
    const { algebra, own, first, second, equations } = this;
    const { n, frameCount } = equations;
    const fixedHere = fixed.frames.subarray(t * n, (t + 1) * n);
    copyRows(equations.block(t), n, n, own);
    clearFixed(own, fixedHere, fixedHere);
    setDiagonal(own, fixedHere, damping.frames.subarray(t * n, (t + 1) * n));
    const links = equations.coupled;
    if (links && t > 1) algebra.subtractGram(own, second[t]);
    if (links && t > 0) algebra.subtractGram(own, first[t]);
    if (!algebra.factorise(own)) return false;
    if (links && t + 1 < frameCount) {
      if (t > 0) algebra.subtractProduct(first[t + 1], second[t + 1], first[t]);
      algebra.solveRows(first[t + 1], own);
    }
    if (links && t + 2 < frameCount) algebra.solveRows(second[t + 2], own);
    // Rows of the unit matrix become those of the inverse; fixed and padding unknowns take no part in what follows.
    const { values, columns } = this.inverse[t];
    values.fill(0);
    for (let i = 0; i < n; i++) values[i * columns + i] = fixedHere[i] ? 0 : 1;
    algebra.solveRows(this.inverse[t], own);
    return true;
  }

  /** The padded right-hand side, `[F, width]` and `[s]`; zero for what is fixed. */
  private rightHandSide({ fixed, pinned }: StepConstraints): Step {
    const { equations, width } = this;
    const { n, s, frameCount, gradient } = equations;
    const pins = [pinned.frames, pinned.shared].some((values) => values.some((value) => value !== 0));
    const moved = pins ? equations.multiply(pinned) : pinned;
    const rightOf = (part: keyof Step, i: number) => (fixed[part][i] ? 0 : -gradient[part][i] - moved[part][i]);
    const frames = new Float64Array(frameCount * width);
    for (let t = 0; t < frameCount; t++)
      for (let i = 0; i < n; i++) frames[t * width + i] = rightOf('frames', t * n + i);
    const shared = new Float64Array(blockSize(s));
    for (let i = 0; i < s; i++) shared[i] = rightOf('shared', i);
    return { frames, shared };
  }

  private factoriseShared(gram: Float64Array, { damping, fixed }: StepConstraints): boolean {
    const { s, shared } = this.equations;
    copyRows(shared, s, s, this.shared);
    for (let i = 0; i < s; i++) {
      for (let j = 0; j < s; j++) this.shared.values[i * this.shared.columns + j] -= gram[i * s + j];
    }
    clearFixed(this.shared, fixed.shared, fixed.shared);
    setDiagonal(this.shared, fixed.shared, damping.shared);
    return this.algebra.factorise(this.shared);
  }

  /** Solves for the shared unknowns in place; fixed ones are zero here. */
  private solveShared(x: Float64Array, { fixed }: StepConstraints): void {
    const { values, rows: s } = this.shared;
    fixed.shared.forEach((one, i) => (x[i] = one ? 0 : x[i]));
    for (let i = 0; i < s; i++) {
      for (let k = 0; k < i; k++) x[i] -= values[i * s + k] * x[k];
      x[i] /= values[i * s + i];
    }
    this.algebra.solveTransposed(this.shared, x);
  }

  /** Solves for the frames' unknowns in place, the last frame first. */
  private substituteFrames(frames: Float64Array[], rows: Float64Array, shared: Float64Array): void {
    const { width, first, second, inverse } = this;
    const { s } = this.equations;
    for (let t = frames.length - 1; t >= 0; t--) {
      const x = frames[t];
      subtractProduct(rowsOf(rows, t, width, s), width, s, shared, x);
      if (first[t + 1]) subtractTransposed(first[t + 1].values, width, width, frames[t + 1], x);
      if (second[t + 2]) subtractTransposed(second[t + 2].values, width, width, frames[t + 2], x);
      const solved = new Float64Array(width);
      subtractProduct(inverse[t].values, width, width, x, solved);
      for (let i = 0; i < width; i++) x[i] = -solved[i];
    }
  }
}

/** What a chain without border returns. */
const none = { rows: new Float64Array(0), gram: new Float64Array(0) };

/** Blocks that lie one after the other, as one array. */
function all(blocks: Block[]): Float64Array {
  if (blocks.length === 0) return new Float64Array(0);
  const { buffer, byteOffset, length } = blocks[0].values;
  return new Float64Array(buffer, byteOffset, length * blocks.length);
}

function rowsOf(rows: Float64Array, t: number, n: number, s: number): Float64Array {
  return rows.subarray(t * n * s, (t + 1) * n * s);
}

function copyTransposed(from: Float64Array, n: number, { values, columns }: Block): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) values[j * columns + i] = from[i * n + j];
}

function copyRows(from: Float64Array, rows: number, n: number, { values, columns }: Block): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < n; j++) values[i * columns + j] = from[i * n + j];
}

/** Adds the damping; fixed and padding unknowns have nothing but a one. */
function setDiagonal({ values, columns, rows }: Block, fixed: Uint8Array, damping: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    if (i >= fixed.length || fixed[i]) values[i * columns + i] = 1;
    else values[i * columns + i] += damping[i];
  }
}

/** Zeroes the rows and columns of fixed unknowns. */
function clearFixed({ values, columns }: Block, fixedRows: Uint8Array, fixedColumns: Uint8Array): void {
  for (let i = 0; i < fixedRows.length; i++) {
    if (fixedRows[i]) values.fill(0, i * columns, (i + 1) * columns);
  }
  for (let j = 0; j < fixedColumns.length; j++) {
    if (!fixedColumns[j]) continue;
    for (let i = 0; i < fixedRows.length; i++) values[i * columns + j] = 0;
  }
}

/** `y -= A x` for `A [rows, columns]`. */
function subtractProduct(A: Float64Array, rows: number, columns: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += A[i * columns + j] * x[j];
    y[i] -= sum;
  }
}

/** `y -= A^T x` for `A [rows, columns]`. */
function subtractTransposed(A: Float64Array, rows: number, columns: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    if (x[i] === 0) continue;
    for (let j = 0; j < columns; j++) y[j] -= A[i * columns + j] * x[i];
  }
}
