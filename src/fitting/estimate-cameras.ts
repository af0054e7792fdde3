import { type Alignment } from '../alignment/alignment.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Camera } from '../geometry/camera.js';
import { solvePnp } from '../geometry/pnp.js';
import { rigidMatrix, type RigidTransform } from '../geometry/rigid-transform.js';
import { multiplyRotations, transposeRotation } from '../geometry/rotation.js';
import { leastPoints, rigidObservations, setFocalLengths } from './initialise.js';

/**
 * Cameras of an uncalibrated rig to start from: one focal length relative to the picture, and extrinsics from the head
 * itself, which every camera sees in the same place. Camera 0 is the world.
 *
 * @param cameras `[C]` with centred intrinsics.
 * @throws a camera shares no frame with camera 0.
 */
export function estimateCameras(head: HeadModel, alignment: Alignment, cameras: Camera[]): Camera[] {
  const observations = rigidObservations(head, alignment);
  const guessed = cameras.map((camera) => ({ ...camera, K: camera.K.slice() }));
  setFocalLengths(guessed, alignment, observations);
  return guessed.map((camera, view) => {
    if (view === 0) return camera;
    const pairs = Array.from({ length: alignment.frameCount }, (_, frame) => frame).filter(
      (frame) => observations.at(frame, 0).count >= leastPoints && observations.at(frame, view).count >= leastPoints,
    );
    if (pairs.length === 0) {
      throw new Error(
        `camera ${camera.id}: expected a frame in which it and camera ${cameras[0].id} see the face, got none.`,
      );
    }
    const stride = Math.ceil(pairs.length / 12);
    const candidates = pairs
      .filter((_, k) => k % stride === 0)
      .map((frame) => {
        const [own, first] = [view, 0].map((v) => {
          const { pixels, sigma } = observations.at(frame, v);
          return solvePnp({ points: observations.points, pixels, sigma }, guessed[v].K);
        });
        return { cost: own.cost + first.cost, motion: relativePose(own, first) };
      });
    const best = candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
    return { ...camera, cameraFromWorld: rigidMatrix(best.motion) };
  });
}

/** `own . first^-1`: from the first camera's frame to the own one's. */
function relativePose(own: RigidTransform, first: RigidTransform): RigidTransform {
  const rotation = multiplyRotations(own.rotation, transposeRotation(first.rotation));
  const translation = Float64Array.from([0, 1, 2], (row) =>
    [0, 1, 2].reduce((sum, k) => sum - rotation[row * 3 + k] * first.translation[k], own.translation[row]),
  );
  return { rotation, translation };
}
