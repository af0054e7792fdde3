import { distort, foldRadius, undistort } from '../../src/geometry/distortion.js';
import { createTestCamera } from '../fixtures/cameras.js';

const barrel = createTestCamera({ distortion: [-0.28, 0.09, 0.001, -0.0015, -0.01] });

test('a point on the axis stays, one value by hand', () => {
  const camera = createTestCamera({ focal: 100, distortion: [0.1, 0.02, 0.01, 0.03, 0.005] });
  const [u, v] = distort(camera, [camera.width / 2 + 50, camera.height / 2 + 20]);
  const [x, y] = [0.5, 0.2];
  const r2 = 0.29;
  const radial = 1 + 0.1 * r2 + 0.02 * r2 ** 2 + 0.005 * r2 ** 3;
  expect(u).toBeCloseTo(320 + 100 * (x * radial + 2 * 0.01 * x * y + 0.03 * (r2 + 2 * x * x)), 10);
  expect(v).toBeCloseTo(240 + 100 * (y * radial + 0.01 * (r2 + 2 * y * y) + 2 * 0.03 * x * y), 10);
  expect(Array.from(distort(barrel, [320, 240]))).toEqual([320, 240]);
});

test('undistort is the inverse of distort over the picture', () => {
  for (const distortion of [
    [-0.28, 0.09, 0.001, -0.0015, -0.01],
    [0.3, -0.2, 0.002, 0.001, 0.4],
    [0.05, 0, 0, 0, 0],
  ]) {
    const camera = createTestCamera({ distortion });
    const pixels: number[] = [];
    for (let x = 0; x <= 640; x += 32) for (let y = 0; y <= 480; y += 32) pixels.push(x, y);
    const round = undistort(camera, distort(camera, pixels));
    round.forEach((value, i) => expect(Math.abs(value - pixels[i])).toBeLessThan(1e-8));
  }
});

test('a skewed K is undone too', () => {
  const skewed = { ...barrel, K: Float64Array.of(900, 12, 310, 0, 880, 250, 0, 0, 1) };
  const round = undistort(skewed, distort(skewed, [100, 80]));
  expect(round[0]).toBeCloseTo(100, 8);
  expect(round[1]).toBeCloseTo(80, 8);
});

test('fold radius is where the radial slope vanishes', () => {
  expect(foldRadius([-1 / 3, 0, 0, 0, 0])).toBeCloseTo(1, 9);
  expect(foldRadius([0.1, 0.02, 0, 0, 0])).toBe(Infinity);
});

test('a pixel the model cannot reach is refused by camera and position, an absent one passes', () => {
  const camera = createTestCamera({ id: 'left', focal: 200, distortion: [-0.5, 0, 0, 0, 0] });
  expect(() => undistort(camera, [640, 480])).toThrow(/camera left.*\(640\.0, 480\.0\)/);
  expect(Array.from(undistort(camera, [640, 480], [0]))).toEqual([640, 480]);
});
