import { projectPoints } from '../../src/geometry/project.js';
import { createTestCamera } from '../fixtures/cameras.js';

const camera = createTestCamera({ focal: 900, distance: 2 });

test('the point at which a camera looks falls on its principal point', () => {
  const { pixels, depths } = projectPoints([0, 0, 0], camera);
  expect(Array.from(pixels)).toEqual([320, 240]);
  expect(depths[0]).toBe(2);
});

test('one point by hand: x right, y down, K with skew', () => {
  const K = camera.K.slice();
  K[1] = 10;
  const { pixels, depths } = projectPoints([0.2, 0.1, 0.5], { ...camera, K });
  expect(depths[0]).toBeCloseTo(1.5, 12);
  expect(pixels[0]).toBeCloseTo((900 * 0.2 + 10 * -0.1) / 1.5 + 320, 10);
  expect(pixels[1]).toBeCloseTo((900 * -0.1) / 1.5 + 240, 10);
});

test('a point at depth 0 or behind the camera has no pixel', () => {
  const { pixels, depths } = projectPoints([0, 0, 2, 0, 0, 3], camera);
  expect(Array.from(depths)).toEqual([0, -1]);
  expect(Array.from(pixels).every(Number.isNaN)).toBe(true);
});
