import { crossPolynomial } from './rotation.js';

/**
 * Left Jacobian of the exponential map: `exp(w + dw) = exp(J dw) exp(w)` to first order.
 *
 * @param axisAngle `[3]` w, radians.
 * @returns `[3, 3]` row-major; the identity at zero.
 */
export function leftJacobian(axisAngle: ArrayLike<number>): Float64Array {
  const [x, y, z] = [axisAngle[0], axisAngle[1], axisAngle[2]];
  const squared = x * x + y * y + z * z;
  const angle = Math.sqrt(squared);
  // Below 1e-2 rad the quotients lose digits and the series do not.
  const a = angle < 1e-2 ? 0.5 - squared / 24 : (1 - Math.cos(angle)) / squared;
  const b = angle < 1e-2 ? 1 / 6 - squared / 120 : (angle - Math.sin(angle)) / (squared * angle);
  return crossPolynomial(axisAngle, a, b);
}
