import { type Block, BlockAlgebra, blockSize } from '../../tensor/block-algebra.js';
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
 * Solves damped normal equations: block Cholesky along the frames, in which the shared unknowns ride along as further
 * rows, then the Schur complement for the shared ones (math.md section 7). Double precision: the complement is a small
 * difference of large numbers where depth, focal length and shape compete.
 */
export class BorderedSolver {
  private readonly equations: NormalEquations;
  private readonly algebra: BlockAlgebra;
  /** `[F]` blocks `[n, n]` of each frame with itself and of the next two with it, below the diagonal. */
  private readonly band: [Block[], Block[], Block[]];
  /** `[F]` blocks: the shared unknowns' rows `[s, n]`, and below them the right-hand side. */
  private readonly rows: Block[];
  private readonly shared: Block;

  constructor(equations: NormalEquations) {
    this.equations = equations;
    const { frameCount, coupled } = equations;
    const [n, s] = [blockSize(equations.n), blockSize(equations.s)];
    const perFrame = n * n * (coupled ? 3 : 1) + (s + 4) * n;
    this.algebra = new BlockAlgebra(frameCount * perFrame + s * s);
    const blocks = (count: number, rows: number) =>
      Array.from({ length: Math.max(0, count) }, () => this.algebra.allocate(rows, n));
    this.band = [
      blocks(frameCount, n),
      blocks(coupled ? frameCount - 1 : 0, n),
      blocks(coupled ? frameCount - 2 : 0, n),
    ];
    this.rows = blocks(frameCount, s + 4);
    this.shared = this.algebra.allocate(s, s);
  }

  /** @returns the step, or undefined where the matrix is not positive definite. */
  solve(constraints: StepConstraints): Step | undefined {
    const { n, s, frameCount } = this.equations;
    const right = this.constrain(constraints);
    for (let t = 0; t < frameCount; t++) if (!this.eliminateFrame(t, right)) return undefined;
    if (!this.algebra.factorise(this.shared)) return undefined;
    this.solveShared(right);
    const frames = new Float64Array(frameCount * n);
    const padded = Array.from({ length: frameCount }, () => new Float64Array(blockSize(n)));
    for (let t = frameCount - 1; t >= 0; t--) {
      this.substituteFrame(t, padded, right);
      frames.set(padded[t].subarray(0, n), t * n);
    }
    return { frames, shared: right.slice(0, s) };
  }

  /**
   * Copies the equations with damping, fixed unknowns and the right-hand side into blocks.
   *
   * @returns the right-hand side of the shared unknowns, padded.
   */
  private constrain({ damping, fixed, pinned }: StepConstraints): Float64Array {
    const { equations } = this;
    const { n, s, frameCount, gradient } = equations;
    const pins = [pinned.frames, pinned.shared].some((values) => values.some((value) => value !== 0));
    const moved = pins ? equations.multiply(pinned) : pinned;
    const rightOf = (part: keyof Step, i: number) =>
      fixed[part][i] ? pinned[part][i] : -gradient[part][i] - moved[part][i];
    const fixedAt = (t: number) => fixed.frames.subarray(t * n, (t + 1) * n);
    for (let t = 0; t < frameCount; t++) {
      this.band.forEach((blocks, distance) => {
        if (t >= blocks.length) return;
        // Below the diagonal: block (t + distance, t) is the transpose of what the equations hold.
        copyTransposed(equations.block(t, distance as 0 | 1 | 2), n, blocks[t]);
        clearFixed(blocks[t], fixedAt(t + distance), fixedAt(t));
      });
      setDiagonal(this.band[0][t], fixedAt(t), damping.frames.subarray(t * n, (t + 1) * n));
      const rows = this.rows[t];
      copyRows(equations.borderOf(t), s, n, rows);
      clearFixed(rows, fixed.shared, fixedAt(t));
      const right = rows.values.subarray(blockSize(s) * rows.columns);
      for (let i = 0; i < n; i++) right[i] = rightOf('frames', t * n + i);
    }
    copyRows(equations.shared, s, s, this.shared);
    clearFixed(this.shared, fixed.shared, fixed.shared);
    setDiagonal(this.shared, fixed.shared, damping.shared);
    const right = new Float64Array(blockSize(s));
    for (let i = 0; i < s; i++) right[i] = rightOf('shared', i);
    return right;
  }

  /** Factorises frame t after its predecessors and takes its share out of the shared unknowns' matrix. */
  private eliminateFrame(t: number, sharedRight: Float64Array): boolean {
    const { algebra, band, rows } = this;
    const own = band[0][t];
    const before = band[1][t - 1];
    const earlier = band[2][t - 2];
    if (earlier) {
      algebra.subtractGram(own, earlier);
      algebra.subtractProduct(rows[t], rows[t - 2], earlier);
    }
    if (before) {
      algebra.subtractGram(own, before);
      algebra.subtractProduct(rows[t], rows[t - 1], before);
    }
    if (!algebra.factorise(own)) return false;
    algebra.solveRows(rows[t], own);
    if (band[1][t]) {
      if (before && band[2][t - 1]) algebra.subtractProduct(band[1][t], band[2][t - 1], before);
      algebra.solveRows(band[1][t], own);
    }
    if (band[2][t]) algebra.solveRows(band[2][t], own);
    algebra.subtractGram(this.shared, rows[t]);
    const { values, columns } = rows[t];
    const right = this.shared.rows * columns;
    for (let i = 0; i < this.equations.s; i++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += values[i * columns + k] * values[right + k];
      sharedRight[i] -= sum;
    }
    return true;
  }

  private solveShared(x: Float64Array): void {
    const { values, rows: s } = this.shared;
    for (let i = 0; i < s; i++) {
      for (let k = 0; k < i; k++) x[i] -= values[i * s + k] * x[k];
      x[i] /= values[i * s + i];
    }
    this.algebra.solveTransposed(this.shared, x);
  }

  private substituteFrame(t: number, frames: Float64Array[], shared: Float64Array): void {
    const { values, columns } = this.rows[t];
    const x = frames[t];
    x.set(values.subarray(this.shared.rows * columns, (this.shared.rows + 1) * columns));
    subtractTransposed(values, this.equations.s, columns, shared, x);
    for (const distance of [1, 2]) {
      const block = this.band[distance][t];
      if (block) subtractTransposed(block.values, columns, columns, frames[t + distance], x);
    }
    this.algebra.solveTransposed(this.band[0][t], x);
  }
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

/** `x -= A^T y` for `A [rows, columns]`. */
function subtractTransposed(A: Float64Array, rows: number, columns: number, y: Float64Array, x: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    if (y[i] === 0) continue;
    for (let j = 0; j < columns; j++) x[j] -= A[i * columns + j] * y[i];
  }
}
