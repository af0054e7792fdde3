import { type Alignment } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { type FitParameters } from '../fitting/parameters.js';
import { worldVertices } from '../fitting/residuals.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { projectPoints } from '../geometry/project.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { type Random } from './random.js';

export interface ProjectAlignmentOptions {
  /** `[F]` seconds; default 25 frames per second. */
  times?: Float64Array;
  /** Pixels of each point's noise, and what the alignment says of it: one number, or a range from which each point has its own. */
  sigma?: number | [number, number];
  /** Where the noise comes from; without it positions are exact. */
  random?: Pick<Random, 'normal' | 'uniform'>;
  /** Which observations to keep; default all in front of the camera. */
  keep?: (frame: number, view: number, point: number) => boolean;
  source?: Alignment['source'];
}

/**
 * The alignment that an observer of known noise would make of a known head: surface points projected into the
 * parameters' own cameras.
 */
export function projectAlignment(
  head: HeadModel,
  parameters: FitParameters,
  points: SurfacePoints,
  { times, sigma = 1, random, keep = () => true, source = 'synthetic' }: ProjectAlignmentOptions = {},
): Alignment {
  const { cameras } = parameters;
  const frameCount = parameters.headTranslation.length / 3;
  const viewCount = cameras.length;
  const N = points.faces.length;
  const mu = new Float32Array(frameCount * viewCount * N * 2);
  const deviations = new Float32Array(frameCount * viewCount * N);
  const faceBoxes = new Float32Array(frameCount * viewCount * 4);
  const [least, most] = typeof sigma === 'number' ? [sigma, sigma] : sigma;
  for (let f = 0; f < frameCount; f++) {
    const world = interpolateSurface(worldVertices(head, parameters, f), 3, head.faces, points);
    cameras.forEach((camera, c) => {
      const image = f * viewCount + c;
      const { pixels, depths } = projectPoints(world, camera);
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let n = 0; n < N; n++) {
        if (!(depths[n] > 0) || points.faces[n] < 0 || !keep(f, c, n)) continue;
        const deviation = least + (most - least) * (random?.uniform() ?? 0);
        deviations[image * N + n] = deviation;
        for (let axis = 0; axis < 2; axis++) {
          const noisy = pixels[n * 2 + axis] + (random ? deviation * random.normal() : 0);
          mu[(image * N + n) * 2 + axis] = noisy;
          box[axis] = Math.min(box[axis], noisy);
          box[axis + 2] = Math.max(box[axis + 2], noisy);
        }
      }
      if (box[0] < Infinity) faceBoxes.set(box, image * 4);
    });
  }
  return {
    points,
    frameCount,
    viewCount,
    cameraIds: cameras.map(({ id }) => id),
    frameNumbers: Array.from({ length: frameCount }, (_, f) => f),
    times: times ?? Float64Array.from({ length: frameCount }, (_, f) => f / 25),
    mu,
    sigma: deviations,
    imageSizes: cameras.map(({ width, height }) => ({ width, height })),
    faceBoxes,
    source,
  };
}
