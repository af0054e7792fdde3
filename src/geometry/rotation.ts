/**
 * Rotation matrix of an axis-angle vector (Rodrigues).
 *
 * @param axisAngle `[3]`, radians.
 * @returns `[3, 3]` row-major; exactly the identity at zero.
 */
export function rotationFromAxisAngle(axisAngle: ArrayLike<number>): Float64Array {
  const [x, y, z] = [axisAngle[0], axisAngle[1], axisAngle[2]];
  const squared = x * x + y * y + z * z;
  const angle = Math.sqrt(squared);
  // Below 1e-4 rad the series are exact in double precision and the quotients are not.
  const a = angle < 1e-4 ? 1 - squared / 6 : Math.sin(angle) / angle;
  const b = angle < 1e-4 ? 0.5 - squared / 24 : (1 - Math.cos(angle)) / squared;
  return crossPolynomial(axisAngle, a, b);
}

/**
 * `I + a [w] + b [w]^2` with the cross-product matrix [w]: the form of rotations and of their derivatives.
 *
 * @param w `[3]`.
 * @returns `[3, 3]` row-major.
 */
export function crossPolynomial(w: ArrayLike<number>, a: number, b: number): Float64Array {
  const [x, y, z] = [w[0], w[1], w[2]];
  const c = 1 - b * (x * x + y * y + z * z);
  return Float64Array.of(
    c + b * x * x,
    b * x * y - a * z,
    b * x * z + a * y,
    b * x * y + a * z,
    c + b * y * y,
    b * y * z - a * x,
    b * x * z - a * y,
    b * y * z + a * x,
    c + b * z * z,
  );
}

/**
 * Axis-angle vector of a rotation matrix, angle in [0, pi].
 *
 * Goes through the quaternion with the largest component, so it is exact near pi too, where the head of a person who
 * faces the camera lives.
 *
 * @param rotation `[3, 3]` row-major, orthonormal.
 * @returns `[3]`, radians.
 */
export function axisAngleFromRotation(rotation: ArrayLike<number>): Float64Array {
  const r = rotation;
  const candidates = [1 + r[0] + r[4] + r[8], 1 + r[0] - r[4] - r[8], 1 - r[0] + r[4] - r[8], 1 - r[0] - r[4] + r[8]];
  const largest = candidates.indexOf(Math.max(...candidates));
  const pivot = candidates[largest];
  const quaternion = [
    [pivot, r[7] - r[5], r[2] - r[6], r[3] - r[1]],
    [r[7] - r[5], pivot, r[1] + r[3], r[2] + r[6]],
    [r[2] - r[6], r[1] + r[3], pivot, r[5] + r[7]],
    [r[3] - r[1], r[2] + r[6], r[5] + r[7], pivot],
  ][largest];
  const sign = quaternion[0] < 0 ? -1 : 1;
  const [w, x, y, z] = quaternion.map((value) => sign * value);
  const sine = Math.hypot(x, y, z);
  const scale = sine < 1e-12 * w ? 2 / w : (2 * Math.atan2(sine, w)) / sine;
  return Float64Array.of(x * scale, y * scale, z * scale);
}

/** Product of two row-major `[3, 3]` matrices. */
export function multiplyRotations(left: ArrayLike<number>, right: ArrayLike<number>): Float64Array {
  const product = new Float64Array(9);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += left[row * 3 + k] * right[k * 3 + column];
      product[row * 3 + column] = sum;
    }
  }
  return product;
}

/** Transpose, which for a rotation is the inverse, of a row-major `[3, 3]` matrix. */
export function transposeRotation(r: ArrayLike<number>): Float64Array {
  return Float64Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]);
}

/** How far a row-major `[3, 3]` matrix is from a rotation: the largest entry of `R R^T - I`, infinite for a mirror. */
export function rotationDefect(rotation: ArrayLike<number>): number {
  const gram = multiplyRotations(rotation, transposeRotation(rotation));
  const [a, b, c, d, e, f, g, h, i] = Array.from({ length: 9 }, (_, k) => rotation[k]);
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(determinant > 0)) return Infinity;
  return gram.reduce((worst, value, k) => Math.max(worst, Math.abs(value - (k % 4 === 0 ? 1 : 0))), 0);
}
