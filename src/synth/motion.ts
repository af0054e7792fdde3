import { type HeadModel } from '../flame/head-model.js';
import { multiplyRotations, rotationFromAxisAngle } from '../geometry/rotation.js';
import { createUnitFinder, FACIAL_ACTIONS, SPEECH_UNITS } from './facial-actions.js';
import { addLids, jointMotion } from './joint-motion.js';
import { addPeak, type Performance } from './performances.js';
import { type Random } from './random.js';
import { bandLimitedCurve, bounded, pulse } from './smooth-curve.js';

export interface MotionOptions {
  /** Greatest yaw, pitch and roll of the head, radians; default 0.45, 0.22, 0.14. */
  headRange?: [yaw: number, pitch: number, roll: number];
  /** How strong expressions are; default 1. */
  expressiveness?: number;
  /** What the person does; default talking with facial actions now and then. */
  performance?: Performance;
}

/** How a head moves; F frames, E expressions, J joints. */
export interface Motion {
  /** `[F, E]`, within the model's bounds. */
  expression: Float32Array;
  /** `[F, J, 3]` axis-angle, radians, within the model's limits. */
  jointPose: Float32Array;
  /** `[F, 3, 3]` and `[F, 3]` metres: the head's motion about its place of rest. */
  rotation: Float64Array;
  translation: Float64Array;
}

/** Turns of the head about its neck and small shifts. */
function headMotion(random: Random, times: ArrayLike<number>, [yaw, pitch, roll]: [number, number, number]) {
  const [rotation, translation] = [new Float64Array(times.length * 9), new Float64Array(times.length * 3)];
  const curves = ['yaw', 'pitch', 'roll', 'x', 'y', 'z'].map((name) =>
    bandLimitedCurve(random.fork(name), times, [0.12, 0.7]).map(bounded),
  );
  for (let f = 0; f < times.length; f++) {
    const turn = rotationFromAxisAngle([0, yaw * curves[0][f], 0]);
    const nod = rotationFromAxisAngle([pitch * curves[1][f], 0, 0]);
    const tilt = rotationFromAxisAngle([0, 0, roll * curves[2][f]]);
    rotation.set(multiplyRotations(turn, multiplyRotations(nod, tilt)), f * 9);
    for (let a = 0; a < 3; a++) translation[f * 3 + a] = 0.02 * curves[3 + a][f];
  }
  return { rotation, translation };
}

/** Adds facial actions as smooth pulses; returns how far each frame opens the jaw, `[F]` in [0, 1]. */
function addActions(
  head: HeadModel,
  random: Random,
  times: ArrayLike<number>,
  strength: number,
  expression: Float32Array,
) {
  const find = createUnitFinder(head);
  const jaw = new Float64Array(times.length);
  const duration = times[times.length - 1] - times[0];
  const actionCount = Math.max(2, Math.round(duration / 0.9));
  for (let action = 0; action < actionCount; action++) {
    const units = Object.entries(FACIAL_ACTIONS[random.integer(FACIAL_ACTIONS.length)]);
    const start = times[0] - 0.5 + ((action + random.uniform()) / actionCount) * (duration + 0.5);
    const [rise, hold, fall] = [random.uniform(0.25, 0.5), random.uniform(0.1, 0.8), random.uniform(0.3, 0.6)];
    const size = strength * random.uniform(0.6, 1.1);
    for (let f = 0; f < times.length; f++) {
      const level = size * pulse(times[f], start, rise, hold, fall);
      for (const [unit, amount] of units) {
        if (unit === 'jaw') jaw[f] += level * amount;
        for (const e of find(unit)) expression[f * head.expression.count + e] += level * amount;
      }
    }
  }
  return jaw;
}

/** Adds speech: a syllable rhythm of the jaw under a slow envelope, and the mouth shapes that go with it. */
function addSpeech(
  head: HeadModel,
  random: Random,
  times: ArrayLike<number>,
  expression: Float32Array,
  jaw: Float64Array,
): void {
  const find = createUnitFinder(head);
  const syllables = bandLimitedCurve(random.fork('syllables'), times, [2, 4.5]);
  const phrase = bandLimitedCurve(random.fork('phrase'), times, [0.2, 0.5]).map(
    (value) => 0.5 + 0.5 * bounded(2 * value),
  );
  syllables.forEach((value, f) => (jaw[f] += 0.45 * phrase[f] * (0.5 + 0.5 * bounded(value))));
  for (const unit of SPEECH_UNITS) {
    const curve = bandLimitedCurve(random.fork(unit), times, [1, 3]);
    for (const e of find(unit)) {
      curve.forEach(
        (value, f) => (expression[f * head.expression.count + e] += 0.3 * phrase[f] * Math.max(0, bounded(value))),
      );
    }
  }
}

/** Adds blinks of a quarter of a second every few seconds, at least one. */
function addBlinks(head: HeadModel, random: Random, times: ArrayLike<number>, expression: Float32Array): void {
  const lids = createUnitFinder(head)('eyeBlink');
  const [first, last] = [times[0], times[times.length - 1]];
  for (let start = random.uniform(first, Math.min(last, first + 2)); start < last; start += random.uniform(1.5, 4)) {
    for (const lid of lids) {
      for (let f = 0; f < times.length; f++) {
        const at = f * head.expression.count + lid;
        expression[at] = Math.max(expression[at], pulse(times[f], start, 0.09, 0.03, 0.14));
      }
    }
  }
}

/** Random smooth coefficients for models whose expressions have no known names. */
function addNameless(
  head: HeadModel,
  random: Random,
  times: ArrayLike<number>,
  strength: number,
  expression: Float32Array,
): void {
  const { count, mean, sigma } = head.expression;
  for (let e = 0; e < count; e++) {
    const curve = bandLimitedCurve(random.fork(`expression ${e}`), times, [0.3, 1.5]);
    curve.forEach((value, f) => (expression[f * count + e] = mean[e] + 0.7 * strength * sigma[e] * bounded(value)));
  }
}

/**
 * A seeded, smooth and plausible motion: head turns, facial actions, speech, blinks and gaze.
 *
 * @param times `[F]` seconds.
 */
export function createMotion(
  head: HeadModel,
  random: Random,
  times: ArrayLike<number>,
  { headRange = [0.45, 0.22, 0.14], expressiveness = 1, performance }: MotionOptions = {},
): Motion {
  const { count, lower, upper } = head.expression;
  const expression = new Float32Array(times.length * count);
  let jaw: Float64Array = new Float64Array(times.length);
  if (createUnitFinder(head)('mouthSmile').length > 0) {
    jaw = performance
      ? addPeak(head, performance, times, expression)
      : addActions(head, random.fork('actions'), times, expressiveness, expression);
    if (!performance || performance.speaks) addSpeech(head, random.fork('speech'), times, expression, jaw);
    if (!performance || performance.blinks) addBlinks(head, random.fork('blinks'), times, expression);
  } else {
    addNameless(head, random.fork('expressions'), times, expressiveness, expression);
    jaw = bandLimitedCurve(random.fork('jaw'), times, [0.5, 2]).map((value) => 0.5 + 0.5 * bounded(value));
  }
  const jawOpen = createUnitFinder(head)('jawOpen');
  if (jawOpen.length > 0 && !head.jointNames.includes('jaw')) {
    jaw.forEach((open, f) => (expression[f * count + jawOpen[0]] = Math.min(1, open)));
  }
  const jointPose = jointMotion(head, random.fork('joints'), times, jaw);
  addLids(head, jointPose, expression);
  for (let i = 0; i < expression.length; i++) {
    expression[i] = Math.min(upper[i % count], Math.max(lower[i % count], expression[i]));
  }
  return {
    expression,
    jointPose,
    ...headMotion(random.fork('head'), times, headRange),
  };
}
