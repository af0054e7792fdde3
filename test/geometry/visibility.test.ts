import { surfaceVisibility } from '../../src/geometry/visibility.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createSphere } from '../fixtures/sphere.js';

/** The middle of every triangle. */
const middles = (count: number) => ({
  faces: Int32Array.from({ length: count }, (_, f) => f),
  barycentric: new Float32Array(count * 3).fill(1 / 3),
});

test('the near cap of a sphere is visible, as geometry says', () => {
  const { vertices, faces } = createSphere({ rings: 40, sectors: 80 });
  const { visible, facing } = surfaceVisibility(middles(faces.length / 3), vertices, faces, createTestCamera());
  let wrong = 0;
  for (let f = 0; f < visible.length; f++) {
    const z = [0, 1, 2].reduce((sum, k) => sum + vertices[faces[f * 3 + k] * 3 + 2] / 3, 0);
    // Seen from 1 m, a sphere of 0.1 m shows what has z > 0.01.
    if ((z > 0.02 && !visible[f]) || (z < 0.008 && visible[f])) wrong++;
    if (z > 0.0999) expect(facing[f]).toBeCloseTo(1, 3);
  }
  expect(wrong).toBe(0);
});

test('a sphere hides the one behind it; points outside the picture are not visible', () => {
  const front = createSphere({ radius: 0.1 });
  const back = createSphere({ radius: 0.05, centre: [0, 0, -0.3] });
  const offset = front.vertices.length / 3;
  const vertices = [...front.vertices, ...back.vertices];
  const faces = [...front.faces, ...back.faces.map((v) => v + offset)];
  const split = front.faces.length / 3;
  const { visible } = surfaceVisibility(middles(faces.length / 3), vertices, faces, createTestCamera());
  expect(visible.slice(0, split).some((v) => v === 1)).toBe(true);
  expect(visible.slice(split).some((v) => v === 1)).toBe(false);
  const narrow = createTestCamera({ focal: 90000 });
  const shown = surfaceVisibility(middles(split), front.vertices, front.faces, narrow).visible;
  expect(shown.reduce((sum, v) => sum + v, 0)).toBeLessThan(20);
});

test('a missing surface point is never visible', () => {
  const { vertices, faces } = createSphere();
  const points = { faces: Int32Array.of(-1), barycentric: new Float32Array(3) };
  expect(surfaceVisibility(points, vertices, faces, createTestCamera()).visible[0]).toBe(0);
});
