import * as tf from '@tensorflow/tfjs';
import { type EnergyTerm } from '../energies/energy-term.js';
import { type Camera } from '../geometry/camera.js';
import { Kernel } from '../tensor/kernel/kernel.js';
import { nearestDepth, type ViewTensors } from './project-tensors.js';

/** Numbers of a camera in the kernel: R, t, fx, skew, cx, fy, cy; the first twelve have a gradient, and the zoom. */
const viewSize = 17;
const unknownSize = 13;

/** Whether the fused kernel computes this term's energy. */
export function hasReprojectionKernel({ pixels, robust }: EnergyTerm): boolean {
  return pixels !== undefined && (robust === undefined || robust.cauchyScale !== undefined);
}

/**
 * Energy of a term on projected points: projection, residual, robust loss, weights and all their gradients in one pass
 * over the observations, behind `tf.customGrad`.
 */
export class ReprojectionKernel {
  private readonly kernel = new Kernel();
  private readonly cameras: Camera[];
  private readonly size: { F: number; C: number; N: number; stride: number };
  private readonly square: number;
  private readonly addresses: Record<
    'target' | 'inverseSigma' | 'weights' | 'views' | 'viewLanes' | 'world' | 'worldGradient',
    number
  >;

  constructor({ pixels, robust, observationWeights }: EnergyTerm, cameras: Camera[], frameCount: number) {
    const { target, inverseSigma, points } = pixels!;
    const [F, C, N] = [frameCount, cameras.length, points.faces.length];
    const stride = Math.ceil(N / 4) * 4;
    this.cameras = cameras;
    this.size = { F, C, N, stride };
    this.square = (robust?.cauchyScale ?? 0) ** 2;
    const { kernel } = this;
    this.addresses = {
      target: kernel.allocate(2 * C * F * stride),
      inverseSigma: kernel.allocate(C * F * stride),
      weights: kernel.allocate(C * F * stride),
      views: kernel.allocate(C * viewSize),
      viewLanes: kernel.allocate(C * unknownSize * 4),
      world: kernel.allocate(3 * F * stride),
      worldGradient: kernel.allocate(3 * F * stride),
    };
    this.write(this.addresses.target, target);
    this.write(this.addresses.inverseSigma, inverseSigma);
    this.write(this.addresses.weights, observationWeights ?? new Float32Array(C * F * N).fill(1));
  }

  /**
   * Energy without the term's weight: half the sum of lambda rho(|r|^2), a scalar.
   *
   * @param world `[3, F, N]` metres.
   */
  energy(world: tf.Tensor3D, { rotation, translation, zoom }: ViewTensors): tf.Scalar {
    const fused = tf.customGrad((...given) => {
      const save = given.pop() as tf.GradSaveFunc;
      const { value, gradients } = this.evaluate(given as tf.Tensor[]);
      save(gradients);
      return {
        value,
        gradFunc: (upstream, saved) =>
          (saved as tf.Tensor[]).map((gradient) => tf.mul(gradient, upstream as tf.Tensor)),
      };
    });
    return fused(world, rotation, translation, zoom) as tf.Scalar;
  }

  private evaluate([world, rotation, translation, zoom]: tf.Tensor[]): { value: tf.Scalar; gradients: tf.Tensor[] } {
    const { kernel, addresses: at } = this;
    const { F, C, N, stride } = this.size;
    const zooms = zoom.dataSync();
    this.write(at.world, world.dataSync() as Float32Array);
    this.writeViews(rotation.dataSync(), translation.dataSync(), zooms);
    kernel.view(at.viewLanes, C * unknownSize * 4).fill(0);
    const observed = [at.target, at.inverseSigma, at.weights, this.square, nearestDepth];
    const energy = kernel.run.reproject(F, C, stride, at.world, at.views, ...observed, at.worldGradient, at.viewLanes);
    const worldGradient = new Float32Array(3 * F * N);
    for (let row = 0; row < 3 * F; row++) {
      worldGradient.set(kernel.view(at.worldGradient + row * stride * 4, N), row * N);
    }
    kernel.run.sumLanes(C * unknownSize, at.viewLanes, at.viewLanes);
    const sums = kernel.view(at.viewLanes, C * unknownSize).slice();
    const part = (from: number, count: number) =>
      Float32Array.from(
        { length: C * count },
        (_, k) => sums[Math.floor(k / count) * unknownSize + from + (k % count)],
      );
    return {
      value: tf.scalar(energy),
      gradients: [
        tf.tensor(worldGradient, world.shape),
        tf.tensor(part(0, 9), rotation.shape),
        tf.tensor(part(9, 3), translation.shape),
        tf.tensor(
          part(12, 1).map((value, c) => value / zooms[c]),
          zoom.shape,
        ),
      ],
    };
  }

  private writeViews(rotations: ArrayLike<number>, translations: ArrayLike<number>, zooms: ArrayLike<number>): void {
    const views = this.kernel.view(this.addresses.views, this.size.C * viewSize);
    this.cameras.forEach(({ K }, c) => {
      const rigid = [
        ...Array.prototype.slice.call(rotations, c * 9, c * 9 + 9),
        ...Array.prototype.slice.call(translations, c * 3, c * 3 + 3),
      ];
      views.set([...rigid, K[0] * zooms[c], K[1] * zooms[c], K[2], K[4] * zooms[c], K[5]], c * viewSize);
    });
  }

  /** Rows of N numbers, each padded to the kernel's stride. */
  private write(address: number, rows: Float32Array): void {
    const { N, stride } = this.size;
    for (let row = 0; row * N < rows.length; row++) {
      this.kernel.view(address + row * stride * 4, N).set(rows.subarray(row * N, (row + 1) * N));
    }
  }
}
