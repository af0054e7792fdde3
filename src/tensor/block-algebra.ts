import { Kernel } from './kernel/kernel.js';

/** A row-major matrix in the kernel's memory; both sizes are multiples of four. */
export interface Block {
  values: Float64Array;
  /** Bytes. */
  address: number;
  rows: number;
  columns: number;
}

/** Width of the panels in which triangular work proceeds; all else is the kernel's. */
const panel = 8;
const bytesPerNumber = 8;

/** Rounds a size up to what a block may have. */
export function blockSize(size: number): number {
  return Math.ceil(size / 4) * 4;
}

/** Blocked Cholesky algebra in double precision on blocks of one memory. */
export class BlockAlgebra {
  private readonly kernel = new Kernel();
  private next: number;

  /** @param capacity how many numbers its blocks have together; all at once, since views end where a memory grows. */
  constructor(capacity: number) {
    this.next = this.kernel.allocateDoubles(capacity);
  }

  /** A zero block. */
  allocate(rows: number, columns: number): Block {
    const address = this.next;
    this.next += rows * columns * bytesPerNumber;
    return { values: this.kernel.doubles(address, rows * columns), address, rows, columns };
  }

  /** `C -= A B^T`. */
  subtractProduct(C: Block, A: Block, B: Block): void {
    this.subtractPart(C, 0, 0, A, 0, B, 0, C.rows, C.columns, A.columns);
  }

  /** `C -= A A^T` for the first rows of A, in the lower triangle of C and some of the upper. */
  subtractGram(C: Block, A: Block): void {
    for (let i = 0; i < C.rows; i += 4 * panel) {
      const rows = Math.min(4 * panel, C.rows - i);
      this.subtractPart(C, i, 0, A, i, A, 0, rows, i + rows, A.columns);
    }
  }

  /**
   * Factorises a symmetric block in place into its lower Cholesky factor; reads and writes the lower triangle.
   *
   * @returns whether the block was positive definite.
   */
  factorise(A: Block): boolean {
    const n = A.rows;
    for (let j = 0; j < n; j += panel) {
      const width = Math.min(panel, n - j);
      if (j > 0) this.subtractPart(A, j, j, A, j, A, j, n - j, width, j, 0, 0);
      if (!factorisePanel(A.values, n, j, width)) return false;
      solvePanel(A.values, n, j + width, n, A.values, n, j, width);
    }
    return true;
  }

  /** `X := X L^-T` for a lower factor L: solves `L y = x` for each row x. */
  solveRows(X: Block, L: Block): void {
    const n = L.rows;
    for (let j = 0; j < n; j += panel) {
      const width = Math.min(panel, n - j);
      if (j > 0) this.subtractPart(X, 0, j, X, 0, L, j, X.rows, width, j, 0, 0);
      solvePanel(X.values, n, 0, X.rows, L.values, n, j, width);
    }
  }

  /** Solves `L^T x = b` in place for a lower factor L and the first numbers of x. */
  solveTransposed({ values, rows }: Block, x: Float64Array): void {
    for (let j = rows - 1; j >= 0; j--) {
      const solved = (x[j] /= values[j * rows + j]);
      for (let k = 0; k < j; k++) x[k] -= values[j * rows + k] * solved;
    }
  }

  /** `C[rowC.., columnC..] -= A[rowA.., columnA..] B[rowB.., columnB..]^T` for parts of m x n and depth k. */
  private subtractPart(
    C: Block,
    rowC: number,
    columnC: number,
    A: Block,
    rowA: number,
    B: Block,
    rowB: number,
    m: number,
    n: number,
    k: number,
    columnA = 0,
    columnB = 0,
  ): void {
    if (m === 0 || n === 0 || k === 0) return;
    const start = ({ address, columns }: Block, row: number, column: number) =>
      address + (row * columns + column) * bytesPerNumber;
    this.kernel.run.subtractProduct(
      start(C, rowC, columnC),
      C.columns * bytesPerNumber,
      start(A, rowA, columnA),
      A.columns * bytesPerNumber,
      start(B, rowB, columnB),
      B.columns * bytesPerNumber,
      m,
      n,
      k,
    );
  }
}

/** Factorises the square at (start, start) of a matrix whose earlier columns were taken out. */
function factorisePanel(A: Float64Array, stride: number, start: number, width: number): boolean {
  for (let i = start; i < start + width; i++) {
    for (let j = start; j <= i; j++) {
      let sum = A[i * stride + j];
      for (let k = start; k < j; k++) sum -= A[i * stride + k] * A[j * stride + k];
      if (i !== j) A[i * stride + j] = sum / A[j * stride + j];
      else if (sum > 0) A[i * stride + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves the columns `start ..` of rows of X with the square at (start, start) of L. */
function solvePanel(
  X: Float64Array,
  strideX: number,
  firstRow: number,
  endRow: number,
  L: Float64Array,
  strideL: number,
  start: number,
  width: number,
): void {
  for (let i = firstRow; i < endRow; i++) {
    const x = i * strideX;
    for (let j = start; j < start + width; j++) {
      let sum = X[x + j];
      const l = j * strideL;
      for (let k = start; k < j; k++) sum -= X[x + k] * L[l + k];
      X[x + j] = sum / L[l + j];
    }
  }
}
