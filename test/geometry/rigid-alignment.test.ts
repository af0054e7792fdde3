import { alignRigid, applyAlignment } from '../../src/geometry/rigid-alignment.js';
import { rotationDefect, rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { seeded } from '../fixtures/seeded.js';

const random = seeded(1);
const source = Float64Array.from({ length: 30 }, () => random() - 0.5);
const truth = {
  rotation: rotationFromAxisAngle([0.4, -2.1, 0.9]),
  translation: Float64Array.of(0.3, -0.2, 1.5),
  scale: 1.7,
};

test('a similarity is recovered exactly', () => {
  const target = applyAlignment(truth, source);
  const found = alignRigid(source, target, { scale: true });
  expect(found.scale).toBeCloseTo(1.7, 10);
  found.rotation.forEach((value, i) => expect(value).toBeCloseTo(truth.rotation[i], 10));
  found.translation.forEach((value, i) => expect(value).toBeCloseTo(truth.translation[i], 10));
  expect(found.rms).toBeLessThan(1e-10);
});

test('without scale the scale stays 1', () => {
  const found = alignRigid(source, applyAlignment({ ...truth, scale: 1 }, source));
  expect(found.scale).toBe(1);
  expect(found.rms).toBeLessThan(1e-10);
});

test('a mirrored or planar cloud gets a proper rotation', () => {
  const mirrored = source.map((value, i) => (i % 3 === 0 ? -value : value));
  expect(rotationDefect(alignRigid(source, mirrored).rotation)).toBeLessThan(1e-10);
  const flat = source.map((value, i) => (i % 3 === 2 ? 0 : value));
  const found = alignRigid(flat, applyAlignment({ ...truth, scale: 1 }, flat));
  expect(rotationDefect(found.rotation)).toBeLessThan(1e-10);
  expect(found.rms).toBeLessThan(1e-10);
});

test('a point of weight 0 has no say', () => {
  const target = applyAlignment(truth, source);
  target[0] += 5;
  const weights = new Float64Array(10).fill(1);
  weights[0] = 0;
  expect(alignRigid(source, target, { weights, scale: true }).rms).toBeLessThan(1e-10);
});

test('too few or collinear points are refused', () => {
  expect(() => alignRigid([0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1])).toThrow('N >= 3');
  expect(() => alignRigid([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1, 2, 2, 2])).toThrow('one line');
});
