import { renderCanonicalMap } from '../../src/canonical/render-canonical-map.js';
import { projectPoints } from '../../src/geometry/project.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createCanonicalView } from '../fixtures/canonical-views.js';

test('a map whose embedding is the mesh itself says where each pixel looks', () => {
  const { vertices, camera } = createCanonicalView({ yaw: 0.4, jaw: 0.2 });
  const faces = Int32Array.from([0, 1, 2]);
  const corners = Float64Array.from([-0.1, -0.1, 0, 0.1, -0.1, 0.05, 0, 0.1, 0]);
  const { values, mask, depth, width } = renderCanonicalMap({ vertices: corners, faces, embedding: corners }, camera);
  const cells = Array.from(mask.keys()).filter((cell) => mask[cell]);
  expect(cells.length).toBeGreaterThan(500);
  for (const cell of cells) {
    const point = values.subarray(cell * 3, cell * 3 + 3);
    const { pixels, depths } = projectPoints(point, camera);
    expect(pixels[0]).toBeCloseTo((cell % width) + 0.5, 3);
    expect(pixels[1]).toBeCloseTo(Math.floor(cell / width) + 0.5, 3);
    expect(depth![cell]).toBeCloseTo(depths[0], 5);
  }
  expect(vertices.length).toBeGreaterThan(0);
});

test('what is hidden does not show, and pixels beside the mesh are background', () => {
  const square = (z: number) => [-0.1, -0.1, z, 0.1, -0.1, z, 0.1, 0.1, z, -0.1, 0.1, z];
  const vertices = Float64Array.from([...square(0), ...square(0.1)]);
  const faces = Int32Array.from([0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7]);
  const camera = createTestCamera({ width: 64, height: 64, focal: 64 });
  const map = renderCanonicalMap({ vertices, faces, embedding: vertices }, camera);
  const centre = 32 * 64 + 32;
  expect(map.values[centre * 3 + 2]).toBeCloseTo(0.1, 6);
  expect(map.mask[0]).toBe(0);
  expect(map.depth![0]).toBeNaN();
});
