const radius = 5;
const kernel = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp(-((k - radius) ** 2) / (2 * 1.5 ** 2)));
const [c1, c2] = [0.01 ** 2, 0.03 ** 2];

/**
 * Structural similarity (Wang et al. 2004) of two pictures in [0, 1], Gaussian window of 11 pixels and sigma 1.5:
 *
 *     SSIM = (2 mu_a mu_b + c1)(2 s_ab + c2) / ((mu_a^2 + mu_b^2 + c1)(s_a^2 + s_b^2 + c2))
 *
 * @param a `[H, W]`, b `[H, W]`; NaN where there is no value: windows that hold one are left out.
 * @returns the sum over windows that lie inside the picture, and how many there are.
 */
export function meanSsim(
  a: Float32Array,
  b: Float32Array,
  { width, height }: { width: number; height: number },
): { sum: number; count: number } {
  const blurred = [a, b, product(a, a), product(b, b), product(a, b)].map((values) => blur(values, width, height));
  const [meanA, meanB, squareA, squareB, cross] = blurred;
  let [sum, count] = [0, 0];
  for (let row = radius; row < height - radius; row++) {
    for (let column = radius; column < width - radius; column++) {
      const p = row * width + column;
      const [ma, mb] = [meanA[p], meanB[p]];
      const [va, vb, covariance] = [squareA[p] - ma * ma, squareB[p] - mb * mb, cross[p] - ma * mb];
      const ssim = ((2 * ma * mb + c1) * (2 * covariance + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
      if (Number.isNaN(ssim)) continue;
      sum += ssim;
      count++;
    }
  }
  return { sum, count };
}

function product(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value * b[i]);
}

/** Separable Gaussian; values nearer to the border than the radius mean nothing. */
function blur(values: Float32Array, width: number, height: number): Float64Array {
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const rows = new Float64Array(values.length);
  const result = new Float64Array(values.length);
  const along = (source: ArrayLike<number>, target: Float64Array, step: number) => {
    for (let p = radius * step; p < source.length - radius * step; p++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) sum += kernel[k + radius] * source[p + k * step];
      target[p] = sum / total;
    }
  };
  along(values, rows, 1);
  along(rows, result, width);
  return height > 2 * radius ? result : result.fill(NaN);
}
