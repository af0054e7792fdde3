import {
  axisAngleFromRotation,
  multiplyRotations,
  rotationDefect,
  rotationFromAxisAngle,
  transposeRotation,
} from '../../src/geometry/rotation.js';
import { seeded } from '../fixtures/seeded.js';

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

function close(got: ArrayLike<number>, expected: ArrayLike<number>, digits = 12) {
  expect(got.length).toBe(expected.length);
  Array.from(expected).forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
}

test('zero is exactly the identity', () => {
  expect(Array.from(rotationFromAxisAngle([0, 0, 0]))).toEqual(identity);
});

test('a quarter turn about z takes x to y', () => {
  close(rotationFromAxisAngle([0, 0, Math.PI / 2]), [0, -1, 0, 1, 0, 0, 0, 0, 1]);
});

test('is continuous where the series takes over', () => {
  const [below, above] = [rotationFromAxisAngle([0, 0.99999e-4, 0]), rotationFromAxisAngle([0, 1.00001e-4, 0])];
  close(below, above, 8);
});

test('rotations are orthonormal and axis-angle survives the round trip, near pi too', () => {
  const random = seeded(3);
  for (const angle of [0, 1e-9, 1e-5, 0.3, 1.7, 3.1, Math.PI - 1e-6, Math.PI]) {
    const axis = [random() - 0.5, random() - 0.5, random() - 0.5];
    const length = Math.hypot(...axis);
    const vector = axis.map((x) => (x * angle) / length);
    const rotation = rotationFromAxisAngle(vector);
    expect(rotationDefect(rotation)).toBeLessThan(1e-12);
    close(rotationFromAxisAngle(axisAngleFromRotation(rotation)), rotation, 9);
    if (angle < Math.PI) close(axisAngleFromRotation(rotation), vector, 6);
  }
});

test('the half turn of a head that faces the camera', () => {
  const facing = [1, 0, 0, 0, -1, 0, 0, 0, -1];
  close(Array.from(axisAngleFromRotation(facing), Math.abs), [Math.PI, 0, 0]);
});

test('the transpose is the inverse', () => {
  const rotation = rotationFromAxisAngle([0.4, -1, 0.2]);
  close(multiplyRotations(rotation, transposeRotation(rotation)), identity);
});

test('the defect sees a scaled, a sheared and a mirrored matrix', () => {
  expect(rotationDefect(identity)).toBe(0);
  expect(rotationDefect(identity.map((x) => 1.01 * x))).toBeCloseTo(0.0201, 6);
  expect(rotationDefect([1, 0.01, 0, 0, 1, 0, 0, 0, 1])).toBeCloseTo(0.01, 3);
  expect(rotationDefect([-1, 0, 0, 0, 1, 0, 0, 0, 1])).toBe(Infinity);
});
