import { type Alignment } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Camera } from '../geometry/camera.js';
import { estimateFocal } from '../geometry/estimate-focal.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { type PnpObservations, solvePnp } from '../geometry/pnp.js';
import { alignRigid } from '../geometry/rigid-alignment.js';
import { type RigidTransform } from '../geometry/rigid-transform.js';
import { multiplyRotations, transposeRotation } from '../geometry/rotation.js';
import { triangulate } from '../geometry/triangulate.js';
import { type FitParameters, neutralParameters } from './parameters.js';

/** Most points that take part in a rigid start; more do not make it better. */
const pointLimit = 160;
/** Most pictures that vote on an unknown focal length. */
const pictureLimit = 8;
/** Least points for a pose; fewer leave the frame to its neighbours. */
export const leastPoints = 6;

/** Rigid starts: the mean head's points, and for each frame and camera what was seen of them. */
export interface RigidObservations {
  /** `[n, 3]` metres, head frame. */
  points: Float32Array;
  at(frame: number, view: number): { pixels: Float32Array; sigma: Float32Array; count: number };
}

/**
 * Parameters to start from (math.md section 7): per frame the rigid pose of the mean head, from triangulated points
 * where two calibrated cameras see them, else by PnP; frames without observations take their neighbours' pose.
 *
 * @param cameras `[C]`; those in `unknownFocal` get a focal length by PnP over a range, all of them the same ratio to
 *   the longer side.
 */
export function initialise(
  head: HeadModel,
  alignment: Alignment,
  cameras: Camera[],
  unknownFocal: boolean,
): FitParameters {
  const observations = rigidObservations(head, alignment);
  const parameters = neutralParameters(head, cameras, alignment.frameCount);
  if (unknownFocal) setFocalLengths(parameters.cameras, alignment, observations);
  const known: number[] = [];
  for (let frame = 0; frame < alignment.frameCount; frame++) {
    const previous = known.length > 0 ? poseAt(parameters, known[known.length - 1]) : undefined;
    const pose = rigidPose(observations, parameters.cameras, frame, previous);
    if (!pose) continue;
    setPose(parameters, frame, pose);
    known.push(frame);
  }
  for (let frame = 0; frame < alignment.frameCount && known.length > 0; frame++) {
    const nearest = known.reduce((a, b) => (Math.abs(b - frame) < Math.abs(a - frame) ? b : a));
    if (nearest !== frame) setPose(parameters, frame, poseAt(parameters, nearest));
  }
  return parameters;
}

/** A spread subset of the alignment's points, for rigid starts. */
export function rigidObservations(head: HeadModel, { points, viewCount, mu, sigma }: Alignment): RigidObservations {
  const total = points.faces.length;
  const stride = Math.max(1, Math.floor(total / pointLimit));
  const chosen = Array.from({ length: Math.ceil(total / stride) }, (_, k) => k * stride);
  const all = interpolateSurface(head.template, 3, head.faces, points);
  return {
    points: Float32Array.from(chosen.flatMap((n) => [0, 1, 2].map((axis) => all[n * 3 + axis]))),
    at: (frame, view) => {
      const base = (frame * viewCount + view) * total;
      const seen = Float32Array.from(chosen, (n) => sigma[base + n]);
      return {
        pixels: Float32Array.from(chosen.flatMap((n) => [mu[(base + n) * 2], mu[(base + n) * 2 + 1]])),
        sigma: seen,
        count: seen.filter((value) => value > 0).length,
      };
    },
  };
}

function rigidPose(
  observations: RigidObservations,
  cameras: Camera[],
  frame: number,
  previous?: RigidTransform,
): RigidTransform | undefined {
  const views = cameras.map((_, view) => view).filter((view) => observations.at(frame, view).count >= leastPoints);
  if (views.length >= 2) {
    const pose = triangulatedPose(observations, cameras, frame, views);
    if (pose) return pose;
  }
  const candidates = views.map((view) => {
    const { pixels, sigma } = observations.at(frame, view);
    const starts = previous ? [cameraFromHead(cameras[view], previous)] : [];
    const pose = solvePnp({ points: observations.points, pixels, sigma }, cameras[view].K, { starts });
    return { cost: pose.converged ? pose.cost : Infinity, pose: worldFromHead(cameras[view], pose) };
  });
  return candidates.filter(({ cost }) => cost < Infinity).sort((a, b) => a.cost - b.cost)[0]?.pose;
}

function triangulatedPose(
  { points, at }: RigidObservations,
  cameras: Camera[],
  frame: number,
  views: number[],
): RigidTransform | undefined {
  const seen = views.map((view) => at(frame, view));
  const pixels = seen.flatMap((view) => Array.from(view.pixels));
  const sigma = seen.flatMap((view) => Array.from(view.sigma));
  const found = triangulate(
    views.map((view) => cameras[view]),
    pixels,
    sigma,
  );
  const index = Array.from(found.sigma.keys()).filter((n) => Number.isFinite(found.sigma[n]));
  if (index.length < leastPoints) return undefined;
  const pick = (values: ArrayLike<number>) => index.flatMap((n) => [0, 1, 2].map((axis) => values[n * 3 + axis]));
  return alignRigid(pick(points), pick(found.points), { weights: index.map((n) => 1 / found.sigma[n] ** 2) });
}

/** One focal length, relative to the longer side, for all cameras whose focal length is unknown. */
export function setFocalLengths(cameras: Camera[], alignment: Alignment, { points, at }: RigidObservations): void {
  const estimates = cameras.flatMap((camera, view) => {
    const frames = Array.from({ length: alignment.frameCount }, (_, frame) => frame).filter(
      (frame) => at(frame, view).count >= leastPoints,
    );
    const stride = Math.max(1, Math.floor(frames.length / pictureLimit));
    const pictures = frames
      .filter((_, k) => k % stride === 0)
      .slice(0, pictureLimit)
      .map((frame): PnpObservations => ({ points, ...at(frame, view) }));
    if (pictures.length === 0) return [];
    const { focal, atLimit } = estimateFocal(pictures, camera, { range: [0.8, 4], steps: 7 });
    return atLimit ? [] : [Math.log(focal / Math.max(camera.width, camera.height))];
  });
  if (estimates.length === 0) return;
  const ratio = Math.exp(estimates.reduce((sum, value) => sum + value, 0) / estimates.length);
  for (const camera of cameras) {
    const scale = (ratio * Math.max(camera.width, camera.height)) / camera.K[0];
    for (const k of [0, 1, 4]) camera.K[k] *= scale;
  }
}

/** Head to world from head to camera. */
export function worldFromHead(
  { cameraFromWorld: m }: Camera,
  { rotation, translation }: RigidTransform,
): RigidTransform {
  const worldFromCamera = transposeRotation([m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]]);
  const moved = [translation[0] - m[3], translation[1] - m[7], translation[2] - m[11]];
  return {
    rotation: multiplyRotations(worldFromCamera, rotation),
    translation: Float64Array.from([0, 1, 2], (row) =>
      [0, 1, 2].reduce((sum, k) => sum + worldFromCamera[row * 3 + k] * moved[k], 0),
    ),
  };
}

/** Head to camera from head to world. */
export function cameraFromHead(
  { cameraFromWorld: m }: Camera,
  { rotation, translation }: RigidTransform,
): RigidTransform {
  return {
    rotation: multiplyRotations([m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]], rotation),
    translation: Float64Array.from([0, 1, 2], (row) =>
      [0, 1, 2].reduce((sum, k) => sum + m[row * 4 + k] * translation[k], m[row * 4 + 3]),
    ),
  };
}

/** The head pose of one frame. */
export function poseAt({ headRotation, headTranslation }: FitParameters, frame: number): RigidTransform {
  return {
    rotation: headRotation.slice(frame * 9, frame * 9 + 9),
    translation: headTranslation.slice(frame * 3, frame * 3 + 3),
  };
}

function setPose({ headRotation, headTranslation }: FitParameters, frame: number, pose: RigidTransform): void {
  headRotation.set(pose.rotation, frame * 9);
  headTranslation.set(pose.translation, frame * 3);
}
