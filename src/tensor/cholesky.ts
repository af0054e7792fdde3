/**
 * Dense double-precision kernels of a block Cholesky factorisation, on row-major blocks.
 *
 * Every inner loop runs along rows, so that plain TypeScript reaches the speed of the memory.
 */

/** `C -= A B^T` for `C [m, n]`, `A [m, k]`, `B [n, k]`; in 4 x 4 tiles. */
export function subtractProduct(
  C: Float64Array,
  A: Float64Array,
  B: Float64Array,
  m: number,
  n: number,
  k: number,
): void {
  const [m4, n4] = [m - (m % 4), n - (n % 4)];
  for (let i = 0; i < m4; i += 4) {
    for (let j = 0; j < n4; j += 4) subtractTile(C, A, B, i, j, n, k);
  }
  for (let i = 0; i < m; i++) {
    for (let j = i < m4 ? n4 : 0; j < n; j++) {
      let sum = 0;
      for (let q = 0; q < k; q++) sum += A[i * k + q] * B[j * k + q];
      C[i * n + j] -= sum;
    }
  }
}

/** `C -= A A^T` for `C [m, m]`, lower triangle (some tiles above it too), `A [m, k]`. */
export function subtractGram(C: Float64Array, A: Float64Array, m: number, k: number): void {
  const m4 = m - (m % 4);
  for (let i = 0; i < m4; i += 4) {
    for (let j = 0; j <= i; j += 4) subtractTile(C, A, A, i, j, m, k);
  }
  for (let i = m4; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let q = 0; q < k; q++) sum += A[i * k + q] * A[j * k + q];
      C[i * m + j] -= sum;
    }
  }
}

function subtractTile(
  C: Float64Array,
  A: Float64Array,
  B: Float64Array,
  i: number,
  j: number,
  n: number,
  k: number,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  const [a, b] = [i * k, j * k];
  for (let q = 0; q < k; q++) {
    const a0 = A[a + q];
    const a1 = A[a + k + q];
    const a2 = A[a + 2 * k + q];
    const a3 = A[a + 3 * k + q];
    const b0 = B[b + q];
    const b1 = B[b + k + q];
    const b2 = B[b + 2 * k + q];
    const b3 = B[b + 3 * k + q];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  let c = i * n + j;
  C[c] -= c00;
  C[c + 1] -= c01;
  C[c + 2] -= c02;
  C[c + 3] -= c03;
  c += n;
  C[c] -= c10;
  C[c + 1] -= c11;
  C[c + 2] -= c12;
  C[c + 3] -= c13;
  c += n;
  C[c] -= c20;
  C[c + 1] -= c21;
  C[c + 2] -= c22;
  C[c + 3] -= c23;
  c += n;
  C[c] -= c30;
  C[c + 1] -= c31;
  C[c + 2] -= c32;
  C[c + 3] -= c33;
}

/**
 * Factorises a symmetric `[n, n]` matrix in place into its lower Cholesky factor; reads and writes the lower triangle.
 *
 * @returns whether the matrix was positive definite.
 */
export function factorise(A: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j];
      for (let k = 0; k < j; k++) sum -= A[i * n + k] * A[j * n + k];
      if (i !== j) A[i * n + j] = sum / A[j * n + j];
      else if (sum > 0) A[i * n + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** `X := X L^-T` for `X [m, n]` and a lower factor `L [n, n]`: solves `L y = x` for each row x. */
export function solveRows(X: Float64Array, L: Float64Array, m: number, n: number): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) solveFourRows(X, L, i * n, n);
  for (; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = X[i * n + j];
      for (let k = 0; k < j; k++) sum -= X[i * n + k] * L[j * n + k];
      X[i * n + j] = sum / L[j * n + j];
    }
  }
}

function solveFourRows(X: Float64Array, L: Float64Array, start: number, n: number): void {
  const [x0, x1, x2, x3] = [start, start + n, start + 2 * n, start + 3 * n];
  for (let j = 0; j < n; j++) {
    let s0 = X[x0 + j];
    let s1 = X[x1 + j];
    let s2 = X[x2 + j];
    let s3 = X[x3 + j];
    for (let k = 0; k < j; k++) {
      const l = L[j * n + k];
      s0 -= X[x0 + k] * l;
      s1 -= X[x1 + k] * l;
      s2 -= X[x2 + k] * l;
      s3 -= X[x3 + k] * l;
    }
    const inverse = 1 / L[j * n + j];
    X[x0 + j] = s0 * inverse;
    X[x1 + j] = s1 * inverse;
    X[x2 + j] = s2 * inverse;
    X[x3 + j] = s3 * inverse;
  }
}

/** Solves `L^T x = b` in place for a lower factor `L [n, n]`. */
export function solveTransposed(L: Float64Array, x: Float64Array, n: number): void {
  for (let j = n - 1; j >= 0; j--) {
    x[j] /= L[j * n + j];
    for (let k = 0; k < j; k++) x[k] -= L[j * n + k] * x[j];
  }
}
