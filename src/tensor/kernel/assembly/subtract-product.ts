/** `at -= sum of both lanes`. */
function subtractFrom(at: usize, sum: v128): void {
  store<f64>(at, load<f64>(at) - (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
}

/**
 * `C [m, n] -= A [m, k] B [n, k]^T` in double precision: tiles of two rows and four columns, whose eight sums stay in
 * registers while k runs.
 *
 * Strides of the rows in bytes; m is a multiple of 2, n of 4 and k of 2, all at least one such step.
 */
export function subtractProduct(
  C: usize,
  strideC: usize,
  A: usize,
  strideA: usize,
  B: usize,
  strideB: usize,
  m: usize,
  n: usize,
  k: usize,
): void {
  for (let i: usize = 0; i < m; i += 2) {
    const top = A + i * strideA;
    for (let j: usize = 0; j < n; j += 4) {
      let a0 = top;
      let a1 = top + strideA;
      let b0 = B + j * strideB;
      let b1 = b0 + strideB;
      let b2 = b1 + strideB;
      let b3 = b2 + strideB;
      let s00 = f64x2.splat(0);
      let s01 = s00;
      let s02 = s00;
      let s03 = s00;
      let s10 = s00;
      let s11 = s00;
      let s12 = s00;
      let s13 = s00;
      const end = a0 + (k << 3);
      while (a0 < end) {
        const x0 = v128.load(a0);
        const x1 = v128.load(a1);
        let y = v128.load(b0);
        s00 = f64x2.add(s00, f64x2.mul(x0, y));
        s10 = f64x2.add(s10, f64x2.mul(x1, y));
        y = v128.load(b1);
        s01 = f64x2.add(s01, f64x2.mul(x0, y));
        s11 = f64x2.add(s11, f64x2.mul(x1, y));
        y = v128.load(b2);
        s02 = f64x2.add(s02, f64x2.mul(x0, y));
        s12 = f64x2.add(s12, f64x2.mul(x1, y));
        y = v128.load(b3);
        s03 = f64x2.add(s03, f64x2.mul(x0, y));
        s13 = f64x2.add(s13, f64x2.mul(x1, y));
        a0 += 16;
        a1 += 16;
        b0 += 16;
        b1 += 16;
        b2 += 16;
        b3 += 16;
      }
      let c = C + i * strideC + (j << 3);
      subtractFrom(c, s00);
      subtractFrom(c + 8, s01);
      subtractFrom(c + 16, s02);
      subtractFrom(c + 24, s03);
      c += strideC;
      subtractFrom(c, s10);
      subtractFrom(c + 8, s11);
      subtractFrom(c + 16, s12);
      subtractFrom(c + 24, s13);
    }
  }
}
