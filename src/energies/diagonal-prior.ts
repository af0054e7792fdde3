/**
 * Energy `factor / 2 sum(((x - mean) scale)^2)` of values that are independent of each other; adds its derivatives
 * where arrays are given.
 *
 * @param scale one per value, or one for all: inverse standard deviation.
 * @param mean one per value; zero where absent.
 */
export function addDiagonal(
  values: Float64Array,
  scale: ArrayLike<number>,
  mean: ArrayLike<number> | undefined,
  factor: number,
  gradient?: Float64Array,
  curvature?: Float64Array,
): number {
  let energy = 0;
  for (let i = 0; i < values.length; i++) {
    const stiffness = factor * (scale.length === 1 ? scale[0] : scale[i]) ** 2;
    const difference = values[i] - (mean ? mean[i] : 0);
    energy += (stiffness / 2) * difference * difference;
    if (gradient) gradient[i] += stiffness * difference;
    if (curvature) curvature[i] += stiffness;
  }
  return energy;
}
