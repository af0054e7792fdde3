import { estimateFocal } from '../../src/geometry/estimate-focal.js';
import { solvePnp } from '../../src/geometry/pnp.js';
import { projectPoints } from '../../src/geometry/project.js';
import { rigidMatrix, type RigidTransform } from '../../src/geometry/rigid-transform.js';
import { multiplyRotations, rotationFromAxisAngle, transposeRotation } from '../../src/geometry/rotation.js';
import { seeded } from '../fixtures/seeded.js';

const random = seeded(11);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
/** A face-like patch: 0.14 by 0.18 m, 0.06 m deep. */
const points = Array.from({ length: 120 }, () => {
  const [x, y] = [random() - 0.5, random() - 0.5];
  return [x * 0.14, y * 0.18, 0.1 - 0.06 * (4 * x * x + y * y) + 0.01 * random()];
}).flat();
const K = Float64Array.of(1200, 0, 640, 0, 1200, 360, 0, 0, 1);

function facing(yaw: number, pitch: number, roll: number): RigidTransform {
  const head = multiplyRotations(
    rotationFromAxisAngle([0, 0, roll]),
    multiplyRotations(rotationFromAxisAngle([pitch, 0, 0]), rotationFromAxisAngle([0, yaw, 0])),
  );
  return {
    rotation: multiplyRotations([1, 0, 0, 0, -1, 0, 0, 0, -1], head),
    translation: Float64Array.of(0.1, -0.05, 0.9),
  };
}

function observe(pose: RigidTransform, intrinsics: Float64Array) {
  const cameraFromWorld = rigidMatrix(pose);
  return projectPoints(points, { K: intrinsics, cameraFromWorld }).pixels;
}

/** Angle between two rotations, degrees. */
function degreesBetween(a: Float64Array, b: Float64Array): number {
  const relative = multiplyRotations(a, transposeRotation(b));
  return (Math.acos(Math.min(1, (relative[0] + relative[4] + relative[8] - 1) / 2)) * 180) / Math.PI;
}

test.each([
  [0, 0, 0],
  [1.57, 0.2, 0],
  [-1.57, -0.3, 0.4],
  [0.5, 0.6, -1.5],
  [0.2, 0.1, 3.1],
])('exact pixels give the pose: yaw %f, pitch %f, roll %f', (yaw, pitch, roll) => {
  const truth = facing(yaw, pitch, roll);
  const found = solvePnp({ points, pixels: observe(truth, K) }, K);
  expect(found.converged).toBe(true);
  expect(degreesBetween(found.rotation, truth.rotation)).toBeLessThan(1e-4);
  found.translation.forEach((value, a) => expect(value).toBeCloseTo(truth.translation[a], 6));
  expect(found.medianPx).toBeLessThan(1e-4);
});

test('a quarter of gross outliers and noise leave the pose alone', () => {
  const truth = facing(0.4, -0.2, 0.1);
  const pixels = observe(truth, K).map((value) => value + 1.5 * normal());
  for (let n = 0; n < 30; n++) pixels[n * 2] += 80 + 200 * random();
  const found = solvePnp({ points, pixels, sigma: new Float64Array(120).fill(1.5) }, K);
  expect(degreesBetween(found.rotation, truth.rotation)).toBeLessThan(1);
  expect(Math.abs(found.translation[2] - 0.9)).toBeLessThan(0.015);
});

test('points of sigma 0 are absent; too few are refused', () => {
  const truth = facing(0.3, 0, 0);
  const pixels = observe(truth, K);
  const sigma = Float64Array.from({ length: 120 }, (_, n) => (n % 2 ? 1 : 0));
  for (let n = 0; n < 120; n += 2) pixels[n * 2] = NaN;
  expect(degreesBetween(solvePnp({ points, pixels, sigma }, K).rotation, truth.rotation)).toBeLessThan(1e-4);
  expect(() => solvePnp({ points, pixels, sigma: new Float64Array(120) }, K)).toThrow(
    'at least 4 observed points, got 0',
  );
  expect(() => solvePnp({ points, pixels: [1, 2] }, K)).toThrow('expected points [N, 3]');
});

test('a known start is followed', () => {
  const truth = facing(0.3, 0.1, 0);
  const found = solvePnp({ points, pixels: observe(truth, K) }, K, { starts: [facing(0.2, 0, 0.1)], startsOnly: true });
  expect(degreesBetween(found.rotation, truth.rotation)).toBeLessThan(1e-4);
});

test('the focal length is found from three pictures of a close head', () => {
  const truth = Float64Array.of(1100, 0, 640, 0, 1100, 360, 0, 0, 1);
  const poses = [facing(0.7, 0.1, 0), facing(-0.5, -0.3, 0.2), facing(0, 0.4, 0)];
  for (const pose of poses) pose.translation[2] = 0.5;
  const pictures = poses.map((pose) => ({ points, pixels: observe(pose, truth) }));
  const { focal, atLimit } = estimateFocal(pictures, { width: 1280, height: 720 });
  expect(Math.abs(focal - 1100)).toBeLessThan(1);
  expect(atLimit).toBe(false);
  const limited = estimateFocal(pictures, { width: 1280, height: 720 }, { range: [2, 4], steps: 4 });
  expect(limited.atLimit).toBe(true);
});
