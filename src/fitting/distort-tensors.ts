import * as tf from '@tensorflow/tfjs';
import { type Camera } from '../geometry/camera.js';
import { hasDistortion } from '../geometry/distortion.js';

/**
 * Bends projected points as the lenses do: the forward Brown-Conrady model (`geometry/distortion.ts`) on tensors.
 *
 * @param pixels `[2, C, F, N]` of the pinhole cameras.
 * @param cameras `[C]` at which the zoom is one.
 * @param zoom `[C, 1]` by what the focal lengths are multiplied.
 * @returns `[2, C, F, N]` of the pictures.
 */
export function distortTensors(pixels: tf.Tensor4D, cameras: Camera[], zoom: tf.Tensor): tf.Tensor4D {
  if (!cameras.some(hasDistortion)) return pixels;
  const [, C, F, N] = pixels.shape;
  const perCamera = (pick: (camera: Camera) => number) => tf.tensor(cameras.map(pick), [C, 1]);
  const [fx, skew, cx, fy, cy] = [0, 1, 2, 4, 5].map((k) => perCamera(({ K }) => K[k]));
  const [k1, k2, p1, p2, k3] = [0, 1, 2, 3, 4].map((k) => perCamera(({ distortion }) => distortion[k]));
  const [u, v] = tf.split(pixels.reshape([2, C * F * N]), 2, 0).map((plane) => plane.reshape([C, F * N]));
  const y = tf.div(tf.sub(v, cy), tf.mul(fy, zoom));
  const x = tf.div(tf.sub(tf.div(tf.sub(u, cx), zoom), tf.mul(skew, y)), fx);
  const [xx, yy, xy] = [tf.square(x), tf.square(y), tf.mul(x, y)];
  const r2 = tf.add(xx, yy);
  const radial = tf.add(tf.mul(r2, tf.add(k1, tf.mul(r2, tf.add(k2, tf.mul(r2, k3))))), 1);
  const sideways = (p: tf.Tensor, q: tf.Tensor, own: tf.Tensor) =>
    tf.add(tf.mul(tf.mul(p, xy), 2), tf.mul(q, tf.add(r2, tf.mul(own, 2))));
  const bentX = tf.add(tf.mul(x, radial), sideways(p1, p2, xx));
  const bentY = tf.add(tf.mul(y, radial), sideways(p2, p1, yy));
  const seenU = tf.add(tf.mul(zoom, tf.add(tf.mul(fx, bentX), tf.mul(skew, bentY))), cx);
  const seenV = tf.add(tf.mul(zoom, tf.mul(fy, bentY)), cy);
  return tf.stack([seenU, seenV], 0).reshape([2, C, F, N]) as tf.Tensor4D;
}
