import { type Alignment } from '../alignment/alignment.js';
import { type Camera } from '../geometry/camera.js';
import { Kernel } from '../tensor/kernel/kernel.js';
import { type CameraColumns, type PointForm, type PointModel } from './gauss-newton-form.js';
import { type ImageScales } from './image-scales.js';
import { type RobustLoss } from './robust-loss.js';

/** Nearest distance at which a point still projects, metres; nearer points keep this depth. */
const nearestDepth = 0.01;
/** Numbers of a camera in the kernel: R, t, fx, skew, cx, fy, cy. */
const viewSize = 17;
/** A camera's unknowns: rotation, translation, logarithm of the focal length; and the pairs of two of them. */
const [unknownCount, pairCount] = [7, 28];

/**
 * The Gauss-Newton form of projected points: energy `weight / 2 sum(lambda rho(|r|^2))` of the images of a frame, and
 * its model with the weights of iteratively reweighted least squares.
 *
 * @param lambda `[N]`; each image's are scaled to sum to `effectiveCount`.
 */
export function pixelForm(
  alignment: Alignment,
  lambda: Float32Array,
  images: ImageScales,
  robust: RobustLoss | undefined,
  effectiveCount: number,
): PointForm {
  const { points, viewCount: C } = alignment;
  const views = (frame: number) =>
    Array.from({ length: C }, (_, c) => c).filter((c) => images.total[frame * C + c] > 0);
  let pixels: PixelKernel | undefined;
  return {
    kind: 'points',
    points,
    views,
    evaluate(frame, world, cameras, columns, factor, model) {
      pixels ??= new PixelKernel(alignment, lambda, robust);
      pixels.begin(world, model);
      let energy = 0;
      for (const c of views(frame)) {
        const image = frame * C + c;
        const scale = (factor * effectiveCount) / images.total[image];
        energy += pixels.addImage(image, cameras[c], scale, images.blur[image], cameraUnknowns(columns, c), model);
      }
      pixels.end(model);
      return energy;
    },
  };
}

/** One image after the other through the fused kernel; points come in pairs, the last may be a copy without weight. */
class PixelKernel {
  private readonly kernel = new Kernel();
  private readonly count: number;
  private readonly padded: number;
  private readonly square: number;
  private readonly alignment: Alignment;
  private readonly at: Record<'world' | 'view' | 'mu' | 'sigma' | 'lambda' | 'gradient' | 'hessian', number>;
  private unknowns?: { lanes: number; cross: number };

  constructor(alignment: Alignment, lambda: Float32Array, robust: RobustLoss | undefined) {
    const { kernel } = this;
    this.alignment = alignment;
    this.count = lambda.length;
    this.padded = Math.ceil(lambda.length / 2) * 2;
    this.square = (robust?.cauchyScale ?? 0) ** 2;
    this.at = {
      world: kernel.allocateDoubles(this.padded * 3),
      view: kernel.allocateDoubles(viewSize),
      mu: kernel.allocate(this.padded * 2),
      sigma: kernel.allocate(this.padded),
      lambda: kernel.allocate(this.padded),
      gradient: kernel.allocateDoubles(this.padded * 3),
      hessian: kernel.allocateDoubles(this.padded * 6),
    };
    kernel.view(this.at.lambda, lambda.length).set(lambda);
  }

  /** Begins a frame with its points in the world. */
  begin(world: Float64Array, model: PointModel | undefined): void {
    this.kernel.doubles(this.at.world, this.count * 3).set(world);
    if (!model) return;
    this.kernel.doubles(this.at.gradient, this.count * 3).set(model.gradient);
    this.kernel.doubles(this.at.hessian, this.count * 6).set(model.hessian);
  }

  /** Energy of one image; its derivatives wait for the end of the frame, but for those of the camera. */
  addImage(
    image: number,
    camera: Camera,
    scale: number,
    blur: number,
    unknowns: CameraUnknown[],
    model: PointModel | undefined,
  ): number {
    const { kernel, at, count, padded, square } = this;
    const { mu, sigma } = this.alignment;
    const { K, cameraFromWorld: m } = camera;
    const view = kernel.doubles(at.view, viewSize);
    view.set([m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10], m[3], m[7], m[11], K[0], K[1], K[2], K[4], K[5]]);
    kernel.view(at.mu, count * 2).set(mu.subarray(image * count * 2, (image + 1) * count * 2));
    kernel.view(at.sigma, count).set(sigma.subarray(image * count, (image + 1) * count));
    const derived = model && unknowns.length > 0 ? this.cameraMemory() : undefined;
    const energy = kernel.run.imageModel(
      ...[padded, at.world, at.view, at.mu, at.sigma, at.lambda, scale, blur * blur, square, nearestDepth],
      ...[model ? at.gradient : 0, at.hessian, derived?.lanes ?? 0, derived?.cross ?? 0],
    );
    if (derived) this.addUnknowns(derived, unknowns, model!);
    return energy;
  }

  /** Hands the frame's model back. */
  end(model: PointModel | undefined): void {
    if (!model) return;
    model.gradient.set(this.kernel.doubles(this.at.gradient, this.count * 3));
    model.hessian.set(this.kernel.doubles(this.at.hessian, this.count * 6));
  }

  private cameraMemory(): { lanes: number; cross: number } {
    const { kernel, padded } = this;
    this.unknowns ??= {
      lanes: kernel.allocateDoubles((unknownCount + pairCount) * 2),
      cross: kernel.allocateDoubles(unknownCount * padded * 3),
    };
    kernel.doubles(this.unknowns.lanes, (unknownCount + pairCount) * 2).fill(0);
    return this.unknowns;
  }

  /** Adds what the kernel found for one camera to the model of all cameras. */
  private addUnknowns(
    { lanes, cross }: { lanes: number; cross: number },
    unknowns: CameraUnknown[],
    model: PointModel,
  ) {
    const { kernel, count, padded } = this;
    const sums = kernel.doubles(lanes, (unknownCount + pairCount) * 2);
    const total = (lane: number) => sums[lane * 2] + sums[lane * 2 + 1];
    const q = Math.sqrt(model.cameraHessian.length);
    for (const { entry, column } of unknowns) {
      model.cameraGradient[column] += total(entry);
      for (const other of unknowns) {
        const [high, low] = [Math.max(entry, other.entry), Math.min(entry, other.entry)];
        model.cameraHessian[column * q + other.column] += total(unknownCount + (high * (high + 1)) / 2 + low);
      }
      const mixed = kernel.doubles(cross + entry * padded * 24, count * 3);
      const sum = model.cameraCross[column];
      for (let i = 0; i < sum.length; i++) sum[i] += mixed[i];
    }
  }
}

/** One of a camera's seven unknowns, and its column among all cameras'. */
interface CameraUnknown {
  entry: number;
  column: number;
}

function cameraUnknowns({ motion, focal }: CameraColumns, camera: number): CameraUnknown[] {
  const ofMotion =
    motion[camera] < 0 ? [] : [0, 1, 2, 3, 4, 5].map((entry) => ({ entry, column: motion[camera] + entry }));
  return focal[camera] < 0 ? ofMotion : [...ofMotion, { entry: 6, column: focal[camera] }];
}
