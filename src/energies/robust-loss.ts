import * as tf from '@tensorflow/tfjs';

/** A robust loss on squared residuals: `energy = 1/2 rho(s)`, `s = |r|^2` in squared sigmas. */
export interface RobustLoss {
  name: string;
  /** c of a Cauchy loss, in sigmas; absent for other losses. */
  cauchyScale?: number;
  /** rho on tensors, for autodiff. */
  rho(squared: tf.Tensor): tf.Tensor;
  /** rho of one number. */
  value(squared: number): number;
  /** `rho'(s)`, the weight of iteratively reweighted least squares. */
  weight(squared: number): number;
}

/**
 * Cauchy loss `rho(s) = c^2 log(1 + s / c^2)`: quadratic within c sigmas, logarithmic beyond, so that a point that is
 * wrong by many sigmas pulls less than one that is nearly right.
 *
 * @param scale c, in sigmas.
 */
export function cauchyLoss(scale = 3): RobustLoss {
  const square = scale * scale;
  return {
    name: `cauchy(${scale})`,
    cauchyScale: scale,
    rho: (squared) => tf.mul(tf.log1p(tf.div(squared, square)), square),
    value: (squared) => square * Math.log1p(squared / square),
    weight: (squared) => 1 / (1 + squared / square),
  };
}
