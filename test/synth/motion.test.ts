import { rotationDefect } from '../../src/geometry/rotation.js';
import { createUnitFinder } from '../../src/synth/facial-actions.js';
import { createMotion } from '../../src/synth/motion.js';
import { createRandom } from '../../src/synth/random.js';
import { bandLimitedCurve, pulse, saccadicCurve } from '../../src/synth/smooth-curve.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const names = [
  'eyeBlinkLeft',
  'eyeBlinkRight',
  'mouthSmileLeft',
  'mouthSmileRight',
  'browInnerUp',
  'eyeLookDownLeft',
  'mouthPucker',
  'eyeLookUpLeft',
];
const tiny = createTinyHead();
const head = { ...tiny, expression: { ...tiny.expression, names } };
const times = Float64Array.from({ length: 200 }, (_, f) => f / 25);
const motion = createMotion(head, createRandom(4), times);
const E = head.expression.count;
const column = (e: number) => Array.from({ length: 200 }, (_, f) => motion.expression[f * E + e]);

test('coefficients stay in their bounds, joints in their limits, rotations are rotations', () => {
  const { lower, upper } = head.expression;
  expect(motion.expression.every((value, i) => value >= lower[i % E] && value <= upper[i % E])).toBe(true);
  const limits = head.jointLimits!;
  const inLimits = (value: number, i: number) => value >= limits.lower[i % 15] && value <= limits.upper[i % 15];
  expect(motion.jointPose.every(inLimits)).toBe(true);
  for (let f = 0; f < 200; f++) expect(rotationDefect(motion.rotation.subarray(f * 9, f * 9 + 9))).toBeLessThan(1e-12);
});

test('the eyes blink fully and together, and the lids follow the gaze', () => {
  expect(Math.max(...column(0))).toBeGreaterThan(0.95);
  expect(column(0)).toEqual(column(1));
  const eye = head.jointNames.indexOf('left_eye');
  for (let f = 0; f < 200; f++) {
    const pitch = motion.jointPose[(f * 5 + eye) * 3];
    const open = 1 - motion.expression[f * E];
    expect(motion.expression[f * E + 5]).toBeCloseTo(open * Math.max(0, pitch / 0.35), 5);
    expect(motion.expression[f * E + 7]).toBeCloseTo(open * Math.max(0, -pitch / 0.35), 5);
  }
});

test('the head turns smoothly and visibly', () => {
  const yaw = Array.from({ length: 200 }, (_, f) => Math.asin(motion.rotation[f * 9 + 2]));
  expect(Math.max(...yaw) - Math.min(...yaw)).toBeGreaterThan(0.3);
  for (let f = 1; f < 200; f++) expect(Math.abs(yaw[f] - yaw[f - 1])).toBeLessThan(0.08);
});

test('a model whose expressions have no known names moves too', () => {
  const nameless = { ...tiny, expression: { ...tiny.expression, names: undefined } };
  const { expression } = createMotion(nameless, createRandom(1), times);
  expect(expression.some((value) => value > 0.1)).toBe(true);
});

test('units are found by either spelling', () => {
  const finder = (list: string[]) => createUnitFinder({ expression: { ...tiny.expression, names: list } });
  expect(finder(['eyeBlink_L', 'eyeBlink_R', 'jawOpen'])('eyeBlink')).toEqual([0, 1]);
  expect(finder(['eyeBlinkLeft', 'jawOpen'])('jawOpen')).toEqual([1]);
  expect(finder(['a'])('mouthSmile')).toEqual([]);
});

test('curves keep to their band, pulses to their times, gaze rests', () => {
  const slow = bandLimitedCurve(createRandom(1), times, [0.1, 0.2]);
  for (let f = 1; f < 200; f++) expect(Math.abs(slow[f] - slow[f - 1])).toBeLessThan((2 * Math.PI * 0.2 * 3.5) / 25);
  expect([pulse(0.9, 1, 0.2, 0.1, 0.2), pulse(1.25, 1, 0.2, 0.1, 0.2), pulse(1.6, 1, 0.2, 0.1, 0.2)]).toEqual([
    0, 1, 0,
  ]);
  const gaze = saccadicCurve(createRandom(2), times, 0.7);
  const still = gaze.filter((value, f) => f > 0 && Math.abs(value - gaze[f - 1]) < 1e-9).length;
  expect(still).toBeGreaterThan(100);
  expect(Math.max(...gaze.map(Math.abs))).toBeLessThanOrEqual(1);
});
