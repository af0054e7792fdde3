import { type Camera } from '../geometry/camera.js';
import { type HeadModel } from '../flame/head-model.js';

/**
 * All unknowns of a fit in plain double precision (math.md section 4): F frames, C cameras.
 *
 * Rotations are matrices: a head that faces the camera is half a turn away from it, where axis-angle is singular.
 */
export interface FitParameters {
  /** `[S]`. */
  shape: Float64Array;
  /** `[F, E]`. */
  expression: Float64Array;
  /** `[F, J, 3]` axis-angle, radians. */
  jointPose: Float64Array;
  /** `[F, 3, 3]` and `[F, 3]` metres: head to world. */
  headRotation: Float64Array;
  headTranslation: Float64Array;
  /** `[V, 3]` metres. */
  offsets: Float64Array;
  /** `[C]`. */
  cameras: Camera[];
}

/** The mean head, upright at the world's origin in every frame. */
export function neutralParameters(head: HeadModel, cameras: Camera[], frameCount: number): FitParameters {
  const headRotation = new Float64Array(frameCount * 9);
  for (let i = 0; i < frameCount * 3; i++) headRotation[Math.floor(i / 3) * 9 + (i % 3) * 4] = 1;
  const expression = new Float64Array(frameCount * head.expression.count);
  expression.forEach((_, i) => (expression[i] = head.expression.mean[i % head.expression.count]));
  return {
    shape: Float64Array.from(head.shape.mean),
    expression,
    jointPose: new Float64Array(frameCount * head.parents.length * 3),
    headRotation,
    headTranslation: new Float64Array(frameCount * 3),
    offsets: new Float64Array(head.vertexCount * 3),
    cameras: cameras.map(copyCamera),
  };
}

/** A deep copy, so that a solver can step and fall back. */
export function copyParameters(parameters: FitParameters): FitParameters {
  return {
    shape: parameters.shape.slice(),
    expression: parameters.expression.slice(),
    jointPose: parameters.jointPose.slice(),
    headRotation: parameters.headRotation.slice(),
    headTranslation: parameters.headTranslation.slice(),
    offsets: parameters.offsets.slice(),
    cameras: parameters.cameras.map(copyCamera),
  };
}

function copyCamera(camera: Camera): Camera {
  return {
    ...camera,
    K: camera.K.slice(),
    cameraFromWorld: camera.cameraFromWorld.slice(),
    distortion: camera.distortion.slice(),
  };
}
