import * as tf from '@tensorflow/tfjs';
import { type CanonicalImage } from './canonical-observations.js';
import { type FitState } from './energy-term.js';

/** The frozen images as the tensor objective takes them. */
interface SamplerPlanes {
  /** `[cells, 3]` the levels of all images, one after the other. */
  cells: Float32Array;
  /** `[6, C, F]` rows of `cellFromImage`. */
  affine: Float32Array;
  /** `[C, F]` each: width, height and first cell of an image's level. */
  width: Float32Array;
  height: Float32Array;
  first: Float32Array;
  /** `[C, F, N]`. */
  inverseSigma: Float32Array;
}

/** Reads the canonical maps at projected samples, on the gradient path, on every backend. */
export class CanonicalSampler {
  /** `[C, F, N]` lambda. */
  weights: Float32Array;
  private planes?: SamplerPlanes;

  constructor(
    private readonly F: number,
    private readonly C: number,
    private readonly N: number,
  ) {
    this.weights = new Float32Array(C * F * N);
  }

  /** @param images `[F * C]`, frame by frame. */
  refresh(images: (CanonicalImage | undefined)[]): void {
    const { F, C, N } = this;
    const cells = images.map((image) => (image ? image.level.width * image.level.height : 0));
    // An image without a map reads the first cells of the list, without weight.
    const planes = {
      cells: new Float32Array(3 * Math.max(4, sum(cells))),
      affine: new Float32Array(6 * C * F),
      width: new Float32Array(C * F).fill(2),
      height: new Float32Array(C * F).fill(2),
      first: new Float32Array(C * F),
      inverseSigma: new Float32Array(C * F * N),
    };
    this.weights = new Float32Array(C * F * N);
    let first = 0;
    images.forEach((image, i) => {
      if (!image) return;
      const place = (i % C) * F + Math.floor(i / C);
      planes.cells.set(image.level.values, first * 3);
      for (let k = 0; k < 6; k++) planes.affine[k * C * F + place] = image.cellFromImage[k];
      planes.width[place] = image.level.width;
      planes.height[place] = image.level.height;
      planes.first[place] = first;
      planes.inverseSigma.set(image.inverseSigma, place * N);
      this.weights.set(image.weights, place * N);
      first += cells[i];
    });
    this.planes = planes;
  }

  /**
   * `(target - I(pixel)) / sigma`.
   *
   * @param pixels `[2, C, F, N]` as the lenses show them.
   * @param target `[3, N]` canonical units.
   * @returns `[3, C, F, N]`.
   */
  residual({ constant }: Pick<FitState, 'constant'>, pixels: tf.Tensor4D, target: tf.Tensor2D): tf.Tensor4D {
    if (!this.planes) throw new Error('canonical photometric: expected a refresh before the first evaluation.');
    const { F, C, N, planes } = this;
    const [u, v] = tf.split(pixels.reshape([2, C, F, N]), 2, 0).map((plane) => plane.reshape([C, F, N]));
    const entry = (k: number) =>
      constant(planes.affine, [6, C, F, 1]).slice([k, 0, 0, 0], [1, C, F, 1]).reshape([C, F, 1]);
    const row = (k: number) => tf.add(tf.add(tf.mul(u, entry(k)), tf.mul(v, entry(k + 1))), entry(k + 2));
    const values = this.read(constant, row(0) as tf.Tensor3D, row(3) as tf.Tensor3D);
    const inverse = constant(planes.inverseSigma, [1, C, F, N]);
    return tf.mul(tf.sub(target.reshape([3, 1, 1, N]), values), inverse) as tf.Tensor4D;
  }

  /** Bilinear interpolation, whose derivative is taken with the values: gather has none on some backends. */
  private read(constant: FitState['constant'], x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor4D {
    const { F, C, N } = this;
    const { cells, width, height, first } = this.planes!;
    const flat = constant(cells, [cells.length / 3, 3]) as tf.Tensor2D;
    const [wide, high] = [constant(width, [C, F, 1]), constant(height, [C, F, 1])];
    const start = tf.cast(constant(first, [C, F, 1]), 'int32');
    const bilinear = tf.customGrad((...given) => {
      const save = given.pop() as tf.GradSaveFunc;
      const [atX, atY] = given as tf.Tensor[];
      const [column, fx, insideX] = cellOf(atX, wide);
      const [line, fy, insideY] = cellOf(atY, high);
      const top = tf.add(
        tf.add(tf.mul(tf.cast(line, 'int32'), tf.cast(wide, 'int32')), tf.cast(column, 'int32')),
        start,
      );
      const corner = (index: tf.Tensor) =>
        tf.transpose(tf.gather(flat, index.reshape([C * F * N]) as tf.Tensor1D)).reshape([3, C, F, N]);
      const below = tf.add(top, tf.cast(wide, 'int32'));
      const [p, q] = [corner(top), corner(tf.add(top, tf.scalar(1, 'int32')))];
      const [r, s] = [corner(below), corner(tf.add(below, tf.scalar(1, 'int32')))];
      const mix = (from: tf.Tensor, to: tf.Tensor, share: tf.Tensor) => tf.add(from, tf.mul(tf.sub(to, from), share));
      const slopeX = tf.mul(mix(tf.sub(q, p), tf.sub(s, r), fy), insideX);
      const slopeY = tf.mul(mix(tf.sub(r, p), tf.sub(s, q), fx), insideY);
      save([slopeX, slopeY]);
      return {
        value: mix(mix(p, q, fx), mix(r, s, fx), fy),
        gradFunc: (upstream, saved) =>
          (saved as tf.Tensor[]).map((slope) => tf.sum(tf.mul(slope, upstream as tf.Tensor), 0)),
      };
    });
    return bilinear(x, y) as tf.Tensor4D;
  }
}

/** Cell below a position, how far the position is inside it, and 1 where it is inside the level. */
function cellOf(at: tf.Tensor, size: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const clamped = tf.minimum(tf.maximum(at, 0), tf.sub(size, 1));
  const cell = tf.minimum(tf.floor(clamped), tf.sub(size, 2));
  return [cell, tf.sub(clamped, cell), tf.cast(tf.equal(clamped, at), 'float32')];
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
