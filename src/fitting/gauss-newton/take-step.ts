import { type Camera } from '../../geometry/camera.js';
import { multiplyRotations, rotationFromAxisAngle } from '../../geometry/rotation.js';
import { type HeadModel } from '../../flame/head-model.js';
import { copyParameters, type FitParameters } from '../parameters.js';
import { type Layout } from './layout.js';

/** A step of all unknowns in the order of the layout: `[F, n]` and `[s]`. */
export interface Step {
  frames: Float64Array;
  shared: Float64Array;
}

/** The parameters after a step; rotations move on the manifold, coefficients are projected onto their bounds. */
export function takeStep(head: HeadModel, layout: Layout, from: FitParameters, step: Step): FitParameters {
  const to = copyParameters(from);
  const { shared } = step;
  const zoom = Array.from(layout.cameras.focal, (column) => (column < 0 ? 0 : shared[layout.cameraStart + column]));
  for (let f = 0; f < layout.frameCount; f++) stepFrame(head, layout, to, f, step.frames, zoom);
  for (let k = 0; k < layout.shapeSize; k++) {
    to.shape[k] = clamp(to.shape[k] + shared[k], head.shape.lower[k], head.shape.upper[k]);
  }
  layout.offsetVertices.forEach((vertex, m) => {
    for (let axis = 0; axis < 3; axis++) to.offsets[vertex * 3 + axis] += shared[layout.shapeSize + m * 3 + axis];
  });
  to.cameras.forEach((camera, c) => {
    const { motion } = layout.cameras;
    if (motion[c] >= 0) moveCamera(camera, shared.subarray(layout.cameraStart + motion[c]));
    for (const k of [0, 1, 4]) camera.K[k] *= Math.exp(zoom[c]);
  });
  return to;
}

/** @param zoom by how much the logarithm of each camera's focal length grows in the same step. */
function stepFrame(
  head: HeadModel,
  layout: Layout,
  to: FitParameters,
  f: number,
  frames: Float64Array,
  zoom: number[],
): void {
  const start = f * layout.frameSize;
  if (layout.headPoseSize > 0) {
    const { pivot } = layout;
    const view = layout.soleViews[f];
    const turn = frames.subarray(start, start + 3);
    const before = to.headRotation.slice(f * 9, f * 9 + 9);
    const after = multiplyRotations(before, rotationFromAxisAngle(turn));
    const translation = to.headTranslation.subarray(f * 3, f * 3 + 3);
    const carried = turned(before, cross(turn, pivot));
    const place = turned(before, pivot).map((x, axis) => x + translation[axis]);
    const move = carried.map((x, axis) => x + frames[start + 3 + axis]);
    const moved = movePoint(place, move, to.cameras[view], zoom[view]);
    to.headRotation.set(after, f * 9);
    turned(after, pivot).forEach((x, axis) => (translation[axis] = moved[axis] - x));
  }
  layout.joints.forEach((j, k) => {
    const angle = (f * head.parents.length + j) * 3;
    for (let axis = 0; axis < 3; axis++) {
      to.jointPose[angle + axis] += frames[start + layout.headPoseSize + k * 3 + axis];
    }
  });
  const { lower, upper, count } = head.expression;
  for (let e = 0; e < layout.expressionSize; e++) {
    const moved = to.expression[f * count + e] + frames[start + layout.poseSize + e];
    to.expression[f * count + e] = clamp(moved, lower[e], upper[e]);
  }
}

/** Least depth for a step along the line of sight, metres. */
const leastDepth = 0.05;

/**
 * Where a head's pivot goes. Where one camera alone sees it, the step is taken in pixels and in the logarithm of the
 * depth, which to first order is the same. An unknown focal length grows by factors too, so a long step "further away,
 * but zoomed in", which the pictures hardly resist, keeps the face's place and size; straight steps creep along that
 * curved valley.
 *
 * @param zoom growth of the logarithm of the camera's focal length in the same step.
 */
function movePoint(place: number[], step: number[], camera: Camera | undefined, zoom: number): number[] {
  const m = camera?.cameraFromWorld;
  const along = (v: number[], row: number) => m![row] * v[0] + m![row + 1] * v[1] + m![row + 2] * v[2];
  const depth = m ? along(place, 8) + m[11] : 0;
  if (!m || depth < leastDepth) return place.map((x, axis) => x + step[axis]);
  const nearer = along(step, 8) / depth;
  const moved = depth * Math.exp(clamp(nearer, -1, 1));
  const sight = [0, 4].map((row) => {
    const u = (along(place, row) + m[row + 3]) / depth;
    return moved * Math.exp(-zoom) * (u + along(step, row) / depth + u * (zoom - nearer)) - m[row + 3];
  });
  const relative = [...sight, moved - m[11]];
  return [0, 1, 2].map((axis) => m[axis] * relative[0] + m[4 + axis] * relative[1] + m[8 + axis] * relative[2]);
}

function turned(R: ArrayLike<number>, [x, y, z]: number[]): number[] {
  return [0, 3, 6].map((row) => R[row] * x + R[row + 1] * y + R[row + 2] * z);
}

function cross(a: ArrayLike<number>, b: number[]): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** `x_cam = exp(w) (R x + t) + tau` for a step (w, tau). */
function moveCamera({ cameraFromWorld: m }: Camera, step: Float64Array): void {
  const turn = rotationFromAxisAngle(step);
  for (let column = 0; column < 4; column++) {
    const [x, y, z] = [m[column], m[4 + column], m[8 + column]];
    for (let row = 0; row < 3; row++) {
      m[row * 4 + column] = turn[row * 3] * x + turn[row * 3 + 1] * y + turn[row * 3 + 2] * z;
    }
  }
  for (let row = 0; row < 3; row++) m[row * 4 + 3] += step[3 + row];
}

function clamp(value: number, lower: number, upper: number): number {
  return Math.min(upper, Math.max(lower, value));
}
