import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';

test('values are mixed by the barycentric coordinates, a missing triangle gives NaN', () => {
  const points = { faces: Int32Array.of(1, -1), barycentric: Float32Array.of(0.5, 0.25, 0.25, 0, 0, 0) };
  const values = [0, 0, 10, 1, 20, 2, 30, 4];
  const [a, b, c] = interpolateSurface(values, 2, [0, 1, 2, 1, 3, 2], points);
  expect([a, b]).toEqual([0.5 * 10 + 0.25 * 30 + 0.25 * 20, 0.5 * 1 + 0.25 * 4 + 0.25 * 2]);
  expect(c).toBeNaN();
});
