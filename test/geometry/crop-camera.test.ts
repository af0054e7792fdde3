import { cropCamera } from '../../src/geometry/crop-camera.js';
import { distort } from '../../src/geometry/distortion.js';
import { projectPoints } from '../../src/geometry/project.js';
import { createTestCamera } from '../fixtures/cameras.js';

test('a cropped camera sees the same ray at the shifted pixel, through the lens too', () => {
  const camera = createTestCamera({ yaw: 0.2, distortion: [-0.2, 0.05, 0.001, 0, 0] });
  const cropped = cropCamera(camera, { left: 100, top: 50, width: 200, height: 300 });
  const [whole, part] = [camera, cropped].map((view) => distort(view, projectPoints([0.05, -0.04, 0.1], view).pixels));
  expect(part[0]).toBeCloseTo(whole[0] - 100, 9);
  expect(part[1]).toBeCloseTo(whole[1] - 50, 9);
  expect([cropped.width, cropped.height]).toEqual([200, 300]);
});
