import { factorise, solveRows, solveTransposed, subtractGram, subtractProduct } from '../../tensor/cholesky.js';
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
  private readonly band: [Float64Array, Float64Array, Float64Array];
  /** `[F, s + 1, n]`: the shared unknowns' rows and the right-hand side. */
  private readonly rows: Float64Array;

  constructor(equations: NormalEquations) {
    this.equations = equations;
    this.band = equations.band.map((values) => new Float64Array(values.length)) as typeof this.band;
    this.rows = new Float64Array(equations.frameCount * (equations.s + 1) * equations.n);
  }

  /** @returns the step, or undefined where the matrix is not positive definite. */
  solve(constraints: StepConstraints): Step | undefined {
    const { n, s, frameCount } = this.equations;
    const { shared, right } = this.constrain(constraints);
    for (let t = 0; t < frameCount; t++) if (!this.eliminateFrame(t, shared, right.shared)) return undefined;
    if (!factorise(shared, s)) return undefined;
    solveRows(right.shared, shared, 1, s);
    solveTransposed(shared, right.shared, s);
    const frames = new Float64Array(frameCount * n);
    for (let t = frameCount - 1; t >= 0; t--) this.substituteFrame(t, frames, right.shared);
    return { frames, shared: right.shared };
  }

  private block(t: number, distance: 0 | 1 | 2): Float64Array {
    const size = this.equations.n ** 2;
    return this.band[distance].subarray(t * size, (t + 1) * size);
  }

  private rowsOf(t: number): Float64Array {
    const size = (this.equations.s + 1) * this.equations.n;
    return this.rows.subarray(t * size, (t + 1) * size);
  }

  /** Copies the equations with damping, fixed unknowns and the right-hand side. */
  private constrain({ damping, fixed, pinned }: StepConstraints): { shared: Float64Array; right: Step } {
    const { equations } = this;
    const { n, s, frameCount, gradient } = equations;
    const moved = equations.multiply(pinned);
    const right = { frames: new Float64Array(frameCount * n), shared: new Float64Array(s) };
    for (let i = 0; i < right.frames.length; i++) {
      right.frames[i] = fixed.frames[i] ? pinned.frames[i] : -gradient.frames[i] - moved.frames[i];
    }
    for (let i = 0; i < s; i++) {
      right.shared[i] = fixed.shared[i] ? pinned.shared[i] : -gradient.shared[i] - moved.shared[i];
    }
    const fixedAt = (t: number) => fixed.frames.subarray(t * n, (t + 1) * n);
    for (let t = 0; t < frameCount; t++) {
      for (const distance of [0, 1, 2] as const) {
        if (distance > 0 && (!equations.coupled || t + distance >= frameCount)) continue;
        // Below the diagonal: block (t + distance, t) is the transpose of what the equations hold.
        copyTransposed(equations.block(t, distance), this.block(t, distance), n);
        clearFixed(this.block(t, distance), fixedAt(t + distance), fixedAt(t));
      }
      const diagonal = this.block(t, 0);
      for (let i = 0; i < n; i++) {
        if (fixedAt(t)[i]) diagonal[i * n + i] = 1;
        else diagonal[i * n + i] += damping.frames[t * n + i];
      }
      const rows = this.rowsOf(t);
      rows.set(equations.borderOf(t));
      clearFixed(rows.subarray(0, s * n), fixed.shared, fixedAt(t));
      rows.set(right.frames.subarray(t * n, (t + 1) * n), s * n);
    }
    const shared = equations.shared.slice();
    clearFixed(shared, fixed.shared, fixed.shared);
    for (let i = 0; i < s; i++) {
      if (fixed.shared[i]) shared[i * s + i] = 1;
      else shared[i * s + i] += damping.shared[i];
    }
    return { shared, right };
  }

  /** Factorises frame t after its predecessors and takes its share out of the shared unknowns' matrix. */
  private eliminateFrame(t: number, shared: Float64Array, sharedRight: Float64Array): boolean {
    const { n, s, coupled } = this.equations;
    const [own, rows] = [this.block(t, 0), this.rowsOf(t)];
    const before = coupled && t >= 1 ? this.block(t - 1, 1) : undefined;
    const earlier = coupled && t >= 2 ? this.block(t - 2, 2) : undefined;
    if (earlier) {
      // L(t, t-2) was solved when t - 2 was; L(t, t-1) still misses its product with L(t-1, t-2).
      subtractGram(own, earlier, n, n);
      subtractProduct(rows, this.rowsOf(t - 2), earlier, s + 1, n, n);
    }
    if (before) {
      subtractGram(own, before, n, n);
      subtractProduct(rows, this.rowsOf(t - 1), before, s + 1, n, n);
    }
    if (!factorise(own, n)) return false;
    solveRows(rows, own, s + 1, n);
    if (coupled && t + 1 < this.equations.frameCount) {
      if (before) subtractProduct(this.block(t, 1), this.block(t - 1, 2), before, n, n, n);
      solveRows(this.block(t, 1), own, n, n);
    }
    if (coupled && t + 2 < this.equations.frameCount) solveRows(this.block(t, 2), own, n, n);
    subtractGram(shared, rows, s, n);
    const right = rows.subarray(s * n);
    for (let i = 0; i < s; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += rows[i * n + k] * right[k];
      sharedRight[i] -= sum;
    }
    return true;
  }

  private substituteFrame(t: number, frames: Float64Array, shared: Float64Array): void {
    const { n, s, coupled, frameCount } = this.equations;
    const rows = this.rowsOf(t);
    const x = frames.subarray(t * n, (t + 1) * n);
    x.set(rows.subarray(s * n));
    subtractTransposed(rows, s, n, shared, x);
    for (const distance of [1, 2] as const) {
      if (!coupled || t + distance >= frameCount) continue;
      subtractTransposed(this.block(t, distance), n, n, frames.subarray((t + distance) * n), x);
    }
    solveTransposed(this.block(t, 0), x, n);
  }
}

function copyTransposed(from: Float64Array, to: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) to[j * n + i] = from[i * n + j];
}

/** Zeroes the rows and columns of fixed unknowns. */
function clearFixed(matrix: Float64Array, fixedRows: Uint8Array, fixedColumns: Uint8Array): void {
  const columns = fixedColumns.length;
  for (let i = 0; i < fixedRows.length; i++) {
    if (fixedRows[i]) matrix.fill(0, i * columns, (i + 1) * columns);
  }
  for (let j = 0; j < columns; j++) {
    if (!fixedColumns[j]) continue;
    for (let i = 0; i < fixedRows.length; i++) matrix[i * columns + j] = 0;
  }
}

/** `x -= A^T y` for `A [rows, columns]`. */
function subtractTransposed(A: Float64Array, rows: number, columns: number, y: Float64Array, x: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    if (y[i] === 0) continue;
    for (let j = 0; j < columns; j++) x[j] -= A[i * columns + j] * y[i];
  }
}
