import { type AccelerationForm } from '../../energies/gauss-newton-form.js';
import { type Weighted } from './form-terms.js';

/** `1/2 weight sum_n lambda_n |acceleration|^2` of the triple of frames that begins at k; worlds `[F][N, 3]`. */
export function tripleEnergy({ form, weight }: Weighted<AccelerationForm>, k: number, worlds: Float64Array[]): number {
  const { pointWeights, stencil } = form;
  const [s0, s1, s2] = [stencil[0][k], stencil[1][k], stencil[2][k]];
  const [x0, x1, x2] = [worlds[k], worlds[k + 1], worlds[k + 2]];
  if (s1 === 0) return 0;
  let energy = 0;
  for (let i = 0; i < x0.length; i++) {
    const acceleration = s0 * x0[i] + s1 * x1[i] + s2 * x2[i];
    energy += pointWeights[Math.floor(i / 3)] * acceleration * acceleration;
  }
  return (energy * weight) / 2;
}

/** Gradient of all triples on the points of frame t, `[N, 3]`, world frame. */
export function accelerationGradient(
  { form, weight }: Weighted<AccelerationForm>,
  t: number,
  worlds: Float64Array[],
): Float64Array {
  const { pointWeights, stencil } = form;
  const gradient = new Float64Array(worlds[t].length);
  for (let a = 0; a < 3; a++) {
    const k = t - a;
    if (k < 0 || k >= stencil[a].length || stencil[a][k] === 0) continue;
    const [s0, s1, s2] = [stencil[0][k], stencil[1][k], stencil[2][k]];
    const [x0, x1, x2] = [worlds[k], worlds[k + 1], worlds[k + 2]];
    const scale = stencil[a][k] * weight;
    for (let i = 0; i < gradient.length; i++) {
      gradient[i] += scale * pointWeights[Math.floor(i / 3)] * (s0 * x0[i] + s1 * x1[i] + s2 * x2[i]);
    }
  }
  return gradient;
}
