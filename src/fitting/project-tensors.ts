import * as tf from '@tensorflow/tfjs';
import { type Camera } from '../geometry/camera.js';
import { rotationMatrices } from '../tensor/safe-math.js';
import { type UnknownTensors } from './unknowns.js';

/** Nearest distance at which a point still projects, metres; nearer points keep this depth. */
export const nearestDepth = 0.01;

/** Extrinsics of C cameras, world to camera, and what their focal lengths are multiplied by. */
export interface ViewTensors {
  /** `[C, 3, 3]` and `[C, 3]`. */
  rotation: tf.Tensor3D;
  translation: tf.Tensor2D;
  /** `[C, 1]`. */
  zoom: tf.Tensor2D;
}

/** The cameras of a problem as tensors: math.md eq. 10, without distortion. */
export class CameraTensors {
  private readonly viewCount: number;
  private readonly intrinsics: tf.Tensor[];
  private readonly rotation: tf.Tensor3D;
  private readonly translation: tf.Tensor2D;

  constructor(cameras: Camera[]) {
    this.viewCount = cameras.length;
    const perCamera = (k: number) =>
      tf.tensor(
        cameras.map(({ K }) => K[k]),
        [cameras.length, 1],
      );
    this.intrinsics = [0, 1, 2, 4, 5].map(perCamera);
    const rows = (from: number, count: number) =>
      cameras.flatMap(({ cameraFromWorld: m }) =>
        [0, 1, 2].flatMap((row) => Array.from(m.slice(row * 4 + from, row * 4 + from + count))),
      );
    this.rotation = tf.tensor3d(rows(0, 3), [cameras.length, 3, 3]);
    this.translation = tf.tensor2d(rows(3, 1), [cameras.length, 3]);
  }

  /** The cameras where the unknowns put them; their motion acts in their own frames: `x_cam = exp(w) (R x + t) + tau`. */
  views({ cameraMotion, logFocal }: Pick<UnknownTensors, 'cameraMotion' | 'logFocal'>): ViewTensors {
    const { viewCount } = this;
    const turn = rotationMatrices(tf.transpose(cameraMotion.slice([0, 0], [3, viewCount])) as tf.Tensor2D);
    const shift = tf.transpose(cameraMotion.slice([3, 0], [3, viewCount]));
    const turned = tf.matMul(turn, this.translation.reshape([viewCount, 3, 1])).reshape([viewCount, 3]);
    return {
      rotation: tf.matMul(turn, this.rotation) as tf.Tensor3D,
      translation: tf.add(turned, shift) as tf.Tensor2D,
      zoom: tf.exp(logFocal).reshape([viewCount, 1]) as tf.Tensor2D,
    };
  }

  /**
   * @param world `[3, F, N]` metres.
   * @returns `[2, C, F, N]` pixels.
   */
  project(world: tf.Tensor3D, { rotation, translation, zoom }: ViewTensors): tf.Tensor4D {
    const { viewCount } = this;
    const [, frameCount, pointCount] = world.shape;
    const flat = tf.split(world.reshape([3, frameCount * pointCount]), 3, 0);
    const row = (k: number) => {
      const entry = (column: number) => rotation.slice([0, k, column], [viewCount, 1, 1]).reshape([viewCount, 1]);
      const turned = tf.add(tf.add(tf.mul(entry(0), flat[0]), tf.mul(entry(1), flat[1])), tf.mul(entry(2), flat[2]));
      return tf.add(turned, translation.slice([0, k], [viewCount, 1]));
    };
    const depth = tf.add(tf.relu(tf.sub(row(2), nearestDepth)), nearestDepth);
    const [x, y] = [tf.div(row(0), depth), tf.div(row(1), depth)];
    const [fx, skew, cx, fy, cy] = this.intrinsics;
    const u = tf.add(tf.mul(zoom, tf.add(tf.mul(fx, x), tf.mul(skew, y))), cx);
    const v = tf.add(tf.mul(zoom, tf.mul(fy, y)), cy);
    return tf.stack([u, v], 0).reshape([2, viewCount, frameCount, pointCount]) as tf.Tensor4D;
  }

  dispose(): void {
    tf.dispose([...this.intrinsics, this.rotation, this.translation]);
  }
}
