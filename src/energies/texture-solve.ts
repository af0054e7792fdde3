import { type CanonicalSamples } from './canonical-samples.js';

/** How a texture is held: standard deviations of each texel and of the difference of neighbours, canonical units. */
export interface TexturePrior {
  anchorSigma: number;
  smoothSigma: number;
}

/** Most steps of the conjugate gradients; the systems are well conditioned by the anchor. */
const mostSteps = 200;
const tolerance = 1e-8;

/**
 * The texture that is nearest to what samples say, near zero and smooth: the minimum of `1/2 sum w_n |a_n d - t_n|^2 +
 * 1/2 |d|^2 / anchor^2 + 1/2 sum |d_i - d_j|^2 / smooth^2` over neighbouring texels, by conjugate gradients with the
 * diagonal as preconditioner.
 *
 * @param wanted `[N, 3]` t, canonical units.
 * @param weights `[N]` w, 1 / canonical units².
 * @returns `[D, D, 3]` d.
 */
export function solveTexture(
  { texels, texelWeights, textureSize: D }: CanonicalSamples,
  wanted: ArrayLike<number>,
  weights: ArrayLike<number>,
  { anchorSigma, smoothSigma }: TexturePrior,
): Float64Array {
  const size = D * D;
  const [anchor, smooth] = [1 / anchorSigma ** 2, 1 / smoothSigma ** 2];
  const count = texels.length / 4;
  const diagonal = new Float64Array(size);
  for (let texel = 0; texel < size; texel++) diagonal[texel] = anchor + smooth * neighbourCount(texel, D);
  for (let n = 0; n < count; n++) {
    for (let k = n * 4; k < n * 4 + 4; k++) diagonal[texels[k]] += weights[n] * texelWeights[k] ** 2;
  }
  const multiply = (d: Float64Array): Float64Array => {
    const product = d.map((value) => anchor * value);
    for (let texel = 0; texel < size; texel++) {
      for (const next of nextTexels(texel, D)) {
        const pull = smooth * (d[texel] - d[next]);
        product[texel] += pull;
        product[next] -= pull;
      }
    }
    for (let n = 0; n < count; n++) {
      if (weights[n] === 0) continue;
      let value = 0;
      for (let k = n * 4; k < n * 4 + 4; k++) value += texelWeights[k] * d[texels[k]];
      for (let k = n * 4; k < n * 4 + 4; k++) product[texels[k]] += weights[n] * value * texelWeights[k];
    }
    return product;
  };
  const texture = new Float64Array(size * 3);
  for (let axis = 0; axis < 3; axis++) {
    const right = new Float64Array(size);
    for (let k = 0; k < texels.length; k++) {
      const n = k >> 2;
      right[texels[k]] += weights[n] * wanted[n * 3 + axis] * texelWeights[k];
    }
    conjugateGradients(multiply, right, diagonal).forEach((value, texel) => (texture[texel * 3 + axis] = value));
  }
  return texture;
}

/** The neighbours to the right and below. */
function nextTexels(texel: number, D: number): number[] {
  const next = texel % D < D - 1 ? [texel + 1] : [];
  return texel + D < D * D ? [...next, texel + D] : next;
}

function neighbourCount(texel: number, D: number): number {
  const [row, column] = [Math.floor(texel / D), texel % D];
  return [row > 0, row < D - 1, column > 0, column < D - 1].filter((inside) => inside).length;
}

function conjugateGradients(
  multiply: (x: Float64Array) => Float64Array,
  right: Float64Array,
  diagonal: Float64Array,
): Float64Array {
  const x = new Float64Array(right.length);
  const rest = right.slice();
  const scaled = rest.map((value, i) => value / diagonal[i]);
  const direction = scaled.slice();
  let norm = dot(rest, scaled);
  const target = tolerance ** 2 * norm;
  for (let step = 0; step < mostSteps && norm > target; step++) {
    const product = multiply(direction);
    const length = norm / dot(direction, product);
    for (let i = 0; i < x.length; i++) {
      x[i] += length * direction[i];
      rest[i] -= length * product[i];
      scaled[i] = rest[i] / diagonal[i];
    }
    const before = norm;
    norm = dot(rest, scaled);
    for (let i = 0; i < x.length; i++) direction[i] = scaled[i] + (norm / before) * direction[i];
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
