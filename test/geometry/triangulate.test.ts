import { projectPoints } from '../../src/geometry/project.js';
import { triangulate } from '../../src/geometry/triangulate.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { seeded } from '../fixtures/seeded.js';

const cameras = [-0.6, -0.2, 0.3, 0.7].map((yaw, c) => createTestCamera({ id: `cam${c}`, yaw }));
const random = seeded(3);
const points = Array.from({ length: 60 }, () => (random() - 0.5) * 0.2);
const pixels = cameras.flatMap((camera) => Array.from(projectPoints(points, camera).pixels));

test('exact observations give exact points', () => {
  const { points: solved, residual } = triangulate(cameras, pixels);
  solved.forEach((value, i) => expect(Math.abs(value - points[i])).toBeLessThan(1e-9));
  residual.forEach((value) => expect(value).toBeLessThan(1e-6));
});

test('two views are enough, one is not', () => {
  const sigma = cameras.flatMap((_, c) => Array.from({ length: 20 }, (__, n) => (c < (n === 5 ? 1 : 2) ? 1 : 0)));
  const solved = triangulate(cameras, pixels, sigma);
  expect(solved.points[5 * 3]).toBeNaN();
  expect(solved.sigma[5]).toBe(Infinity);
  expect(Math.abs(solved.points[0] - points[0])).toBeLessThan(1e-9);
});

test('sigma predicts the error and a coarse view hardly counts', () => {
  const noise = seeded(8);
  const normal = () => Math.sqrt(-2 * Math.log(1 - noise())) * Math.cos(2 * Math.PI * noise());
  const sigma = cameras.flatMap((_, c) => new Array<number>(20).fill(c === 3 ? 40 : 0.5));
  let squares = 0;
  let solved = triangulate(cameras, pixels, sigma);
  for (let trial = 0; trial < 20; trial++) {
    solved = triangulate(
      cameras,
      pixels.map((value, i) => value + sigma[i >> 1] * normal()),
      sigma,
    );
    solved.points.forEach(
      (value, i) => (squares += ((value - points[i]) / solved.sigma[Math.floor(i / 3)]) ** 2 / 1200),
    );
  }
  expect(squares).toBeGreaterThan(0.9);
  expect(squares).toBeLessThan(1.1);
  expect(Math.max(...solved.sigma)).toBeLessThan(1e-3);
});

test('wrong shapes are refused', () => {
  expect(() => triangulate([cameras[0]], pixels)).toThrow('expected at least 2 cameras, got 1');
  expect(() => triangulate(cameras, pixels, [1, 2])).toThrow('expected pixels [C, N, 2]');
});
