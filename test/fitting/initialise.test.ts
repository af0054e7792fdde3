import { initialise } from '../../src/fitting/initialise.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { axisAngleFromRotation, multiplyRotations, transposeRotation } from '../../src/geometry/rotation.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createCapture, createTestRig } from '../fixtures/synthetic-capture.js';

/** Largest turn (radians) and shift (metres) between two fits' head poses over the given frames. */
function poseError(got: FitParameters, truth: FitParameters, frames: number[]) {
  const errors = frames.map((f) => {
    const [a, b] = [got, truth].map(({ headRotation }) => headRotation.subarray(f * 9, f * 9 + 9));
    const turn = Math.hypot(...axisAngleFromRotation(multiplyRotations(a, transposeRotation(b))));
    const shift = Math.hypot(
      ...[0, 1, 2].map((axis) => got.headTranslation[f * 3 + axis] - truth.headTranslation[f * 3 + axis]),
    );
    return { turn, shift };
  });
  return { turn: Math.max(...errors.map((e) => e.turn)), shift: Math.max(...errors.map((e) => e.shift)) };
}

test('calibrated cameras place the mean head exactly where it is', () => {
  const { head, cameras, truth, alignment } = createCapture({ strength: 0 });
  const { turn, shift } = poseError(initialise(head, alignment, cameras, false), truth, [0, 1, 2]);
  expect(turn).toBeLessThan(1e-3);
  expect(shift).toBeLessThan(1e-4);
});

test('one known camera places it too, and another head nearly', () => {
  const mean = createCapture({ strength: 0, cameras: createTestRig(1) });
  const exact = poseError(initialise(mean.head, mean.alignment, mean.cameras, false), mean.truth, [0, 1, 2]);
  expect(exact.turn).toBeLessThan(1e-3);
  expect(exact.shift).toBeLessThan(1e-3);
  const other = createCapture({ cameras: createTestRig(1) });
  const near = poseError(initialise(other.head, other.alignment, other.cameras, false), other.truth, [0, 1, 2]);
  expect(near.turn).toBeLessThan(0.1);
  expect(near.shift).toBeLessThan(0.05);
});

test('a frame without observations takes the pose of its neighbour', () => {
  const { head, cameras, truth, alignment } = createCapture({
    frameCount: 5,
    strength: 0,
    keep: (f) => f !== 0 && f !== 3,
  });
  const start = initialise(head, alignment, cameras, false);
  expect(poseError(start, truth, [1, 2, 4]).shift).toBeLessThan(1e-4);
  const pose = (f: number) => Array.from(start.headTranslation.subarray(f * 3, f * 3 + 3));
  expect(pose(0)).toEqual(pose(1));
  expect([pose(2), pose(4)]).toContainEqual(pose(3));
});

test('an unknown focal length is found from the mean head close to the camera', () => {
  const cameras = [createTestCamera({ focal: 1100, distance: 0.45 })];
  const { head, truth, alignment } = createCapture({ cameras, strength: 0, frameCount: 6 });
  const guess = [createTestCamera({ focal: 700, distance: 0.45 })];
  const start = initialise(head, alignment, guess, true);
  expect(Math.abs(start.cameras[0].K[0] / truth.cameras[0].K[0] - 1)).toBeLessThan(0.05);
  expect(guess[0].K[0]).toBe(700);
});
