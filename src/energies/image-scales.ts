import { type Alignment } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';

/** What all points of one image share. */
export interface ImageScales {
  /** `[F, C]` sum of the lambdas of what was seen; 0 where nothing was. */
  total: Float64Array;
  /** `[F, C]` pixels that are added to sigma in quadrature. */
  blur: Float64Array;
}

/**
 * @param lambda `[N]`.
 * @param discrepancy metres.
 */
export function imageScales(
  { points, frameCount, viewCount, mu, sigma }: Alignment,
  head: HeadModel,
  lambda: Float32Array,
  discrepancy: number,
): ImageScales {
  const N = points.faces.length;
  const template = interpolateSurface(head.template, 3, head.faces, points);
  const scales = {
    total: new Float64Array(frameCount * viewCount),
    blur: new Float64Array(frameCount * viewCount),
  };
  const seen = new Float32Array(N);
  for (let image = 0; image < scales.total.length; image++) {
    for (let n = 0; n < N; n++) seen[n] = sigma[image * N + n] > 0 ? lambda[n] : 0;
    scales.total[image] = sum(seen);
    if (discrepancy === 0) continue;
    const pixels = mu.subarray(image * N * 2, (image + 1) * N * 2);
    scales.blur[image] = discrepancy * pixelsPerMetre(pixels, template, seen);
  }
  return scales;
}

/** Scale of a face in its image: the spread of its points there over their spread on the mean head; 0 without points. */
function pixelsPerMetre(pixels: Float32Array, points: Float32Array, weights: Float32Array): number {
  const [inImage, onHead] = [spread(pixels, 2, weights), spread(points, 3, weights)];
  return onHead > 0 ? inImage / onHead : 0;
}

/** Weighted root mean square distance of points `[N, width]` from their centroid. */
function spread(points: Float32Array, width: number, weights: Float32Array): number {
  const total = sum(weights);
  let variance = 0;
  for (let axis = 0; axis < width; axis++) {
    let [first, squares] = [0, 0];
    for (let n = 0; n < weights.length; n++) {
      if (weights[n] === 0) continue;
      const x = points[n * width + axis];
      first += weights[n] * x;
      squares += weights[n] * x * x;
    }
    variance += squares / total - (first / total) ** 2;
  }
  return total > 0 ? Math.sqrt(Math.max(0, variance)) : 0;
}

function sum(values: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
