import { projectPoints } from '../../src/geometry/project.js';
import { scaleCamera } from '../../src/geometry/scale-camera.js';
import { createTestCamera } from '../fixtures/cameras.js';

test('pixels scale with the picture', () => {
  const camera = createTestCamera({ width: 640, height: 480, yaw: 0.2 });
  const small = scaleCamera(camera, 320, 120);
  const [a, b] = [camera, small].map((view) => projectPoints([0.05, -0.02, 0.03], view).pixels);
  expect(b[0]).toBeCloseTo(a[0] / 2, 10);
  expect(b[1]).toBeCloseTo(a[1] / 4, 10);
});
