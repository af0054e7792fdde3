import { type Alignment } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { projectPoints } from '../geometry/project.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { surfaceVisibility } from '../geometry/visibility.js';
import { createRandom } from './random.js';
import { type SyntheticTruth } from './synthetic-sequence.js';

export interface SyntheticAlignmentOptions {
  head: HeadModel;
  /** Where the observed points lie on the head's surface. */
  points: SurfacePoints;
  /** Least and greatest standard deviation, pixels; each observation draws its own. Default [1, 4]. */
  sigmaRange?: [number, number];
  /** Default 1. */
  seed?: number;
  /** Leave out what the camera cannot see; default false, as a network guesses hidden points too. */
  visibleOnly?: boolean;
  /** Share of observations that are off by ten to thirty sigmas; default 0. */
  outliers?: number;
  /** How many times its sigma a hidden point really errs; default 1. */
  hiddenError?: number;
}

/** The box around observed pixels: left, top, right, bottom; zeros where there are none. */
function boxAround(pixels: ArrayLike<number>, sigma: ArrayLike<number>): number[] {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let n = 0; n < sigma.length; n++) {
    if (!(sigma[n] > 0)) continue;
    for (let a = 0; a < 2; a++) {
      box[a] = Math.min(box[a], pixels[n * 2 + a]);
      box[2 + a] = Math.max(box[2 + a], pixels[n * 2 + a]);
    }
  }
  return Number.isFinite(box[0]) ? box : [0, 0, 0, 0];
}

/**
 * Observations of a synthetic sequence without pictures: true projections, undistorted, plus Gaussian noise of a known
 * sigma for each point.
 */
export function createSyntheticAlignment(
  truth: SyntheticTruth,
  {
    head,
    points,
    sigmaRange = [1, 4],
    seed = 1,
    visibleOnly = false,
    outliers = 0,
    hiddenError = 1,
  }: SyntheticAlignmentOptions,
): Alignment {
  const random = createRandom(seed).fork('alignment');
  const { cameras, frameNumbers, times } = truth;
  const [F, C, N] = [frameNumbers.length, cameras.length, points.faces.length];
  const mu = new Float32Array(F * C * N * 2);
  const sigma = new Float32Array(F * C * N);
  const faceBoxes = new Float32Array(F * C * 4);
  for (let f = 0; f < F; f++) {
    const vertices = truth.vertices(f);
    const world = interpolateSurface(vertices, 3, head.faces, points);
    for (let c = 0; c < C; c++) {
      const { pixels, depths } = projectPoints(world, cameras[c]);
      const needsVisibility = visibleOnly || hiddenError !== 1;
      const seen = needsVisibility ? surfaceVisibility(points, vertices, head.faces, cameras[c]).visible : undefined;
      const base = (f * C + c) * N;
      for (let n = 0; n < N; n++) {
        const deviation = random.uniform(sigmaRange[0], sigmaRange[1]);
        const [dx, dy] = [random.normal(), random.normal()];
        const [chance, size] = [random.uniform(), random.uniform(10, 30)];
        if (!(depths[n] > 0) || (visibleOnly && !seen![n])) continue;
        const error = deviation * (chance < outliers ? size : 1) * (seen && !seen[n] ? hiddenError : 1);
        sigma[base + n] = deviation;
        mu[(base + n) * 2] = pixels[n * 2] + error * dx;
        mu[(base + n) * 2 + 1] = pixels[n * 2 + 1] + error * dy;
      }
      faceBoxes.set(boxAround(pixels, sigma.subarray(base, base + N)), (f * C + c) * 4);
    }
  }
  return {
    points,
    frameCount: F,
    viewCount: C,
    cameraIds: cameras.map(({ id }) => id),
    frameNumbers,
    times,
    mu,
    sigma,
    imageSizes: cameras.map(({ width, height }) => ({ width, height })),
    faceBoxes,
    source: 'synthetic',
  };
}
