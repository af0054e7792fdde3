import { type HeadModel } from '../flame/head-model.js';
import { createUnitFinder } from './facial-actions.js';
import { type Random } from './random.js';
import { bandLimitedCurve, bounded, saccadicCurve } from './smooth-curve.js';

/** Radians. */
const JAW_RANGE = 0.3;
const GAZE_RANGE = { yaw: 0.4, pitch: 0.2 };

/**
 * Jaw, gaze and a little neck, within the model's limits.
 *
 * @param times `[F]` seconds.
 * @param jaw `[F]` how far the jaw opens, 1 its whole range.
 * @returns `[F, J, 3]` axis-angle, radians.
 */
export function jointMotion(
  head: HeadModel,
  random: Random,
  times: ArrayLike<number>,
  jaw: Float64Array,
): Float32Array {
  const jointCount = head.parents.length;
  const pose = new Float32Array(times.length * jointCount * 3);
  const set = (joint: number, axis: number, curve: Float64Array) => {
    if (joint < 0) return;
    const [low, high] = [head.jointLimits?.lower, head.jointLimits?.upper].map((limit) => limit?.[joint * 3 + axis]);
    curve.forEach((value, f) => {
      pose[(f * jointCount + joint) * 3 + axis] = Math.min(high ?? Infinity, Math.max(low ?? -Infinity, value));
    });
  };
  const joint = (name: string) => head.jointNames.indexOf(name);
  set(
    joint('jaw'),
    0,
    jaw.map((open) => JAW_RANGE * Math.min(1, open)),
  );
  const gaze = [
    saccadicCurve(random.fork('gaze pitch'), times, 0.7).map((value) => GAZE_RANGE.pitch * value),
    saccadicCurve(random.fork('gaze yaw'), times, 0.7).map((value) => GAZE_RANGE.yaw * value),
  ];
  for (const eye of ['left_eye', 'right_eye']) gaze.forEach((curve, axis) => set(joint(eye), axis, curve));
  for (let axis = 0; axis < 3; axis++) {
    const curve = bandLimitedCurve(random.fork(`neck ${axis}`), times, [0.12, 0.6]);
    set(
      joint('neck'),
      axis,
      curve.map((value) => 0.06 * bounded(value)),
    );
  }
  return pose;
}

/**
 * Lets the lids follow the gaze: fully at 20 degrees up or down and 25 degrees sideways,
 * less while they are closed.
 *
 * @param pose `[F, J, 3]`.
 * @param expression `[F, E]`, changed in place.
 */
export function addLids(head: HeadModel, pose: Float32Array, expression: Float32Array): void {
  const find = createUnitFinder(head);
  const [E, J] = [head.expression.count, head.parents.length];
  for (const [side, outwards] of [
    ['Left', 1],
    ['Right', -1],
  ] as const) {
    const eye = head.jointNames.indexOf(`${side.toLowerCase()}_eye`);
    const units = ['Down', 'Up', 'Out', 'In'].map((way) => find(`eyeLook${way}${side}`)[0]);
    for (let f = 0; f < pose.length / (3 * J) && eye >= 0; f++) {
      const [pitch, yaw] = [pose[(f * J + eye) * 3] / 0.35, (outwards * pose[(f * J + eye) * 3 + 1]) / 0.44];
      const open = 1 - (expression[f * E + find(`eyeBlink${side}`)[0]] || 0);
      [pitch, -pitch, yaw, -yaw].forEach((amount, k) => {
        if (units[k] !== undefined) expression[f * E + units[k]] = Math.max(0, amount) * open;
      });
    }
  }
}
