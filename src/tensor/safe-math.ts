import * as tf from '@tensorflow/tfjs';

/** Square root whose gradient stays finite at 0: `sqrt(x + epsilon)`, for x >= 0. */
export function safeSqrt(x: tf.Tensor, epsilon = 1e-12): tf.Tensor {
  return tf.sqrt(tf.add(x, epsilon));
}

/**
 * Matrix product `[M, K] x [K, N]` that never asks a backend for a transposed product.
 *
 * The transposed matMul of tfjs-wasm is an order of magnitude slower than the plain one, and the gradient of
 * `tf.matMul` is made of nothing else. Here the transposes are explicit; a constant right-hand side brings its own.
 *
 * @param right `[K, N]`.
 * @param rightTransposed `[N, K]`; giving it declares `right` constant, and no gradient is computed for it.
 */
export function plainMatMul(left: tf.Tensor2D, right: tf.Tensor2D, rightTransposed?: tf.Tensor2D): tf.Tensor2D {
  if (rightTransposed) {
    const byConstant = tf.customGrad((x) => ({
      value: tf.matMul(x as tf.Tensor2D, right),
      gradFunc: (upstream) => tf.matMul(upstream as tf.Tensor2D, rightTransposed),
    }));
    return byConstant(left) as tf.Tensor2D;
  }
  const product = tf.customGrad((x, y, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, y as tf.Tensor]);
    return {
      value: tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D),
      gradFunc: (upstream, saved) => [
        tf.matMul(upstream as tf.Tensor2D, tf.transpose(saved[1] as tf.Tensor2D)),
        tf.matMul(tf.transpose(saved[0] as tf.Tensor2D), upstream as tf.Tensor2D),
      ],
    };
  });
  return product(left, right) as tf.Tensor2D;
}

/**
 * Rotation matrices of axis-angle vectors (Rodrigues), smooth through zero.
 *
 * With s = sin(t/2)/(t/2) the second coefficient is s^2/2, which single precision carries down to t = 0.
 *
 * @param axisAngle `[M, 3]`, radians.
 * @returns `[M, 3, 3]`.
 */
export function rotationMatrices(axisAngle: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const count = axisAngle.shape[0];
    const [x, y, z] = tf.split(axisAngle, 3, 1);
    const angle = safeSqrt(tf.add(tf.add(tf.square(x), tf.square(y)), tf.square(z)));
    const half = tf.mul(angle, 0.5);
    const a = tf.div(tf.sin(angle), angle);
    const b = tf.mul(tf.square(tf.div(tf.sin(half), half)), 0.5);
    const entry = (p: tf.Tensor, q: tf.Tensor, r: tf.Tensor, sign: number) =>
      tf.add(tf.mul(b, tf.mul(p, q)), tf.mul(tf.mul(a, r), sign));
    const diagonal = (p: tf.Tensor, q: tf.Tensor) => tf.sub(1, tf.mul(b, tf.add(tf.square(p), tf.square(q))));
    const rows = [
      diagonal(y, z),
      entry(x, y, z, -1),
      entry(x, z, y, 1),
      entry(x, y, z, 1),
      diagonal(x, z),
      entry(y, z, x, -1),
      entry(x, z, y, -1),
      entry(y, z, x, 1),
      diagonal(x, y),
    ];
    return tf.concat(rows, 1).reshape([count, 3, 3]) as tf.Tensor3D;
  });
}
