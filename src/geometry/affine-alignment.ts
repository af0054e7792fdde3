import { Matrix, solve } from 'ml-matrix';

/**
 * The affine map `A x + b` that brings source points nearest to target points, in the weighted least squares sense.
 *
 * @param source,target `[N, 3]`, N >= 4 and not in one plane.
 * @param weights `[N]`.
 * @returns a function of points `[M, 3]`.
 */
export function fitAffine(
  source: ArrayLike<number>,
  target: ArrayLike<number>,
  weights: ArrayLike<number>,
): (points: ArrayLike<number>) => Float64Array {
  const [left, right] = [Matrix.zeros(4, 4), Matrix.zeros(4, 3)];
  for (let n = 0; n < weights.length; n++) {
    if (weights[n] === 0) continue;
    const row = [source[n * 3], source[n * 3 + 1], source[n * 3 + 2], 1];
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) left.set(i, j, left.get(i, j) + weights[n] * row[i] * row[j]);
      for (let a = 0; a < 3; a++) right.set(i, a, right.get(i, a) + weights[n] * row[i] * target[n * 3 + a]);
    }
  }
  const map = solve(left, right).to2DArray();
  return (points) => {
    const moved = new Float64Array(points.length);
    for (let i = 0; i < points.length; i += 3) {
      for (let a = 0; a < 3; a++) {
        moved[i + a] = map[0][a] * points[i] + map[1][a] * points[i + 1] + map[2][a] * points[i + 2] + map[3][a];
      }
    }
    return moved;
  };
}
