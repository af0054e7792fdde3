import { type CanonicalSequence } from '../canonical/canonical-map.js';
import { type Camera } from '../geometry/camera.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { type CanonicalImage, type CanonicalObservations, readAt } from './canonical-observations.js';
import { LevelReader } from './canonical-pyramid.js';
import { type CameraColumns, type PointForm, type PointModel } from './gauss-newton-form.js';
import { PixelDerivatives } from './pixel-derivatives.js';
import { type RobustLoss } from './robust-loss.js';

/**
 * The Gauss-Newton form of the canonical energy: each sample's residual is three numbers, whose derivative is the level's
 * slope times that of the sample's pixel; weights are those of iteratively reweighted least squares.
 *
 * @param frozen `targets` `[N, 3]` canonical units, renewed by the term's refresh.
 */
export function canonicalForm(
  points: SurfacePoints,
  { viewCount: C, maps }: Pick<CanonicalSequence, 'frameCount' | 'viewCount' | 'maps'>,
  observations: CanonicalObservations,
  frozen: { targets: Float64Array },
  robust: RobustLoss | undefined,
): PointForm {
  const views = (frame: number) => Array.from({ length: C }, (_, c) => c).filter((c) => maps[frame * C + c]);
  return {
    kind: 'points',
    points,
    views,
    evaluate(frame, world, cameras, columns, factor, model) {
      let energy = 0;
      for (const c of views(frame)) {
        const image = observations.images[frame * C + c];
        if (image) energy += addImage(image, world, cameras[c], c, columns, frozen.targets, robust, factor, model);
      }
      return energy;
    },
  };
}

function addImage(
  image: CanonicalImage,
  world: Float64Array,
  camera: Camera,
  view: number,
  columns: CameraColumns,
  targets: Float64Array,
  robust: RobustLoss | undefined,
  factor: number,
  model: PointModel | undefined,
): number {
  const { weights, inverseSigma, level, cellFromImage: m } = image;
  const reader = new LevelReader();
  const pixel = new PixelDerivatives(camera, view, columns);
  const residual = new Float64Array(3);
  const slopes = new Float64Array(6);
  let energy = 0;
  for (let n = 0; n < weights.length; n++) {
    if (weights[n] === 0) continue;
    pixel.at(world, n * 3);
    readAt(reader, level, m, pixel.u, pixel.v);
    let squared = 0;
    for (let a = 0; a < 3; a++) {
      residual[a] = (targets[n * 3 + a] - reader.value[a]) * inverseSigma[n];
      squared += residual[a] ** 2;
    }
    energy += (factor / 2) * weights[n] * (robust ? robust.value(squared) : squared);
    if (!model) continue;
    for (let a = 0; a < 3; a++) {
      slopes[a * 2] = -inverseSigma[n] * (reader.slopeX[a] * m[0] + reader.slopeY[a] * m[3]);
      slopes[a * 2 + 1] = -inverseSigma[n] * (reader.slopeX[a] * m[1] + reader.slopeY[a] * m[4]);
    }
    pixel.addTo(model, n, residual, slopes, factor * weights[n] * (robust ? robust.weight(squared) : 1));
  }
  return energy;
}
