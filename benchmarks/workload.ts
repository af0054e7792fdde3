import { type Alignment } from '../src/alignment/alignment.js';
import { type HeadModel } from '../src/flame/head-model.js';
import { type FitParameters, neutralParameters } from '../src/fitting/parameters.js';
import { worldVertices } from '../src/fitting/residuals.js';
import { type Camera } from '../src/geometry/camera.js';
import { interpolateSurface } from '../src/geometry/interpolate-surface.js';
import { projectPoints } from '../src/geometry/project.js';
import { multiplyRotations, rotationFromAxisAngle } from '../src/geometry/rotation.js';
import { type SurfacePoints } from '../src/geometry/surface-points.js';
import { createRandom } from '../src/synth/random.js';

export interface WorkloadOptions {
  frameCount: number;
  viewCount: number;
  points: SurfacePoints;
  /** Pixels. */
  noise?: number;
  seed?: number;
}

/** A capture whose truth is known. */
export interface Workload {
  head: HeadModel;
  cameras: Camera[];
  alignment: Alignment;
  truth: FitParameters;
}

const size = { width: 1280, height: 960 };

/** A head that turns and talks, seen by an arc of calibrated cameras with noisy alignments. */
export function createWorkload(head: HeadModel, { noise = 1, seed = 1, ...options }: WorkloadOptions): Workload {
  const cameras = Array.from({ length: options.viewCount }, (_, c) => cameraOnArc(c, options.viewCount));
  const truth = createMotion(head, cameras, options.frameCount, seed);
  return { head, cameras, truth, alignment: observe(head, truth, options.points, noise, seed) };
}

function cameraOnArc(c: number, viewCount: number): Camera {
  const yaw = viewCount > 1 ? (c / (viewCount - 1) - 0.5) * 1.6 : 0;
  const R = multiplyRotations([1, 0, 0, 0, -1, 0, 0, 0, -1], rotationFromAxisAngle([0, -yaw, 0]));
  return {
    id: `cam${c}`,
    ...size,
    K: Float64Array.of(2000, 0, size.width / 2, 0, 2000, size.height / 2, 0, 0, 1),
    cameraFromWorld: Float64Array.of(R[0], R[1], R[2], 0, R[3], R[4], R[5], 0, R[6], R[7], R[8], 0.9, 0, 0, 0, 1),
    distortion: new Float64Array(5),
  };
}

function createMotion(head: HeadModel, cameras: Camera[], frameCount: number, seed: number): FitParameters {
  const random = createRandom(seed).fork('motion');
  const truth = neutralParameters(head, cameras, frameCount);
  for (let k = 0; k < truth.shape.length; k++) truth.shape[k] = random.normal() * 0.8;
  const E = head.expression.count;
  const waves = Array.from({ length: E + 6 }, () => ({ phase: random.uniform(0, 6), rate: random.uniform(0.05, 0.2) }));
  const wave = (k: number, f: number) => Math.sin(waves[k].phase + waves[k].rate * f);
  for (let f = 0; f < frameCount; f++) {
    for (let e = 0; e < E; e++) {
      const { mean, sigma, lower, upper } = head.expression;
      const value = mean[e] + sigma[e] * 0.8 * wave(e, f);
      truth.expression[f * E + e] = Math.min(upper[e], Math.max(lower[e], value));
    }
    truth.headRotation.set(rotationFromAxisAngle([0, 1, 2].map((axis) => 0.3 * wave(E + axis, f))), f * 9);
    for (let axis = 0; axis < 3; axis++) truth.headTranslation[f * 3 + axis] = 0.03 * wave(E + 3 + axis, f);
  }
  return truth;
}

function observe(head: HeadModel, truth: FitParameters, points: SurfacePoints, noise: number, seed: number): Alignment {
  const random = createRandom(seed).fork('noise');
  const [F, C, N] = [truth.headTranslation.length / 3, truth.cameras.length, points.faces.length];
  const mu = new Float32Array(F * C * N * 2);
  const faceBoxes = new Float32Array(F * C * 4);
  for (let f = 0; f < F; f++) {
    const world = interpolateSurface(worldVertices(head, truth, f), 3, head.faces, points);
    for (let c = 0; c < C; c++) {
      const { pixels } = projectPoints(world, truth.cameras[c]);
      const start = (f * C + c) * N * 2;
      for (let i = 0; i < N * 2; i++) mu[start + i] = pixels[i] + noise * random.normal();
      faceBoxes.set([0, 0, size.width, size.height], (f * C + c) * 4);
    }
  }
  return {
    points,
    frameCount: F,
    viewCount: C,
    cameraIds: truth.cameras.map(({ id }) => id),
    frameNumbers: Array.from({ length: F }, (_, f) => f),
    times: Float64Array.from({ length: F }, (_, f) => f / 25),
    mu,
    sigma: new Float32Array(F * C * N).fill(Math.max(0.5, noise)),
    imageSizes: truth.cameras.map(() => size),
    faceBoxes,
    source: N < head.vertexCount ? 'landmarks' : 'synthetic',
  };
}

/** RMS distance between two fits' heads in the world, metres, over every vertex of up to sixteen frames. */
export function vertexRms(head: HeadModel, a: FitParameters, b: FitParameters): number {
  const F = a.headTranslation.length / 3;
  const step = Math.max(1, Math.floor(F / 16));
  let [sum, count] = [0, 0];
  for (let f = 0; f < F; f += step) {
    const [left, right] = [worldVertices(head, a, f), worldVertices(head, b, f)];
    for (let i = 0; i < left.length; i++) sum += (left[i] - right[i]) ** 2;
    count += head.vertexCount;
  }
  return Math.sqrt(sum / count);
}

/**
 * The same up to scale about the first camera, and that scale: with free extrinsics nothing but the priors tells it
 * (math.md section 4).
 */
export function scaledVertexRms(head: HeadModel, fit: FitParameters, truth: FitParameters) {
  const m = truth.cameras[0].cameraFromWorld;
  const centre = [0, 1, 2].map((axis) => -(m[axis] * m[3] + m[4 + axis] * m[7] + m[8 + axis] * m[11]));
  const F = truth.headTranslation.length / 3;
  let [mixed, own, other, count] = [0, 0, 0, 0];
  for (let f = 0; f < F; f += Math.max(1, Math.floor(F / 16))) {
    const [left, right] = [worldVertices(head, fit, f), worldVertices(head, truth, f)];
    for (let i = 0; i < left.length; i++) {
      const [x, y] = [left[i] - centre[i % 3], right[i] - centre[i % 3]];
      mixed += x * y;
      own += x * x;
      other += y * y;
    }
    count += head.vertexCount;
  }
  return { scale: mixed / own, rms: Math.sqrt(Math.max(0, other - mixed ** 2 / own) / count) };
}
