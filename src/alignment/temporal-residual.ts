/**
 * How much landmarks flicker: their distance from the middle of their places one picture before and after, once the
 * motion of the whole face (shift, turn and size) is taken out.
 *
 * @param before,here,after `[478, 3]` pixels; the third coordinate is not read.
 * @returns `[478]` pixels, standard deviation per axis of one landmark's noise, from one sample each.
 */
export function temporalResidual(before: Float32Array, here: Float32Array, after: Float32Array): Float32Array {
  const count = here.length / 3;
  const from = new Float64Array(count * 2);
  const to = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 2; axis++) {
      from[i * 2 + axis] = (before[i * 3 + axis] + after[i * 3 + axis]) / 2;
      to[i * 2 + axis] = here[i * 3 + axis];
    }
  }
  centre(from);
  centre(to);
  // The similarity that takes `from` to `to` is one complex factor a + b i.
  let [a, b, norm] = [0, 0, 0];
  for (let k = 0; k < from.length; k += 2) {
    a += from[k] * to[k] + from[k + 1] * to[k + 1];
    b += from[k] * to[k + 1] - from[k + 1] * to[k];
    norm += from[k] ** 2 + from[k + 1] ** 2;
  }
  [a, b] = [a / norm, b / norm];
  // Noise of variance s² gives x_t - (x_{t-1} + x_{t+1}) / 2 the variance 1.5 s², on each of two axes.
  return Float32Array.from({ length: count }, (_, i) => {
    const [x, y] = [from[i * 2], from[i * 2 + 1]];
    return Math.hypot(to[i * 2] - a * x + b * y, to[i * 2 + 1] - b * x - a * y) / Math.sqrt(3);
  });
}

function centre(points: Float64Array): void {
  for (let axis = 0; axis < 2; axis++) {
    let mean = 0;
    for (let k = axis; k < points.length; k += 2) mean += points[k] / (points.length / 2);
    for (let k = axis; k < points.length; k += 2) points[k] -= mean;
  }
}
