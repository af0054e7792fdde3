import { createNearestSurfacePoint } from '../../src/geometry/nearest-surface-point.js';
import { createSphere } from '../fixtures/sphere.js';
import { seeded } from '../fixtures/seeded.js';

test('one triangle: face, side and corner', () => {
  const nearest = createNearestSurfacePoint([0, 0, 0, 1, 0, 0, 0, 1, 0], [0, 1, 2]);
  const { positions, distances, barycentric } = nearest([0.25, 0.25, 2, 0.5, -1, 0, 3, -1, 0, 1, 1, 0]);
  expect(Array.from(positions)).toEqual([0.25, 0.25, 0, 0.5, 0, 0, 1, 0, 0, 0.5, 0.5, 0]);
  expect(distances[0]).toBe(2);
  expect(distances[2]).toBeCloseTo(Math.sqrt(5), 12);
  expect(Array.from(barycentric.slice(0, 3))).toEqual([0.5, 0.25, 0.25]);
});

test('agrees with brute force over triangles', () => {
  const { vertices, faces } = createSphere({ rings: 10, sectors: 14 });
  const nearest = createNearestSurfacePoint(vertices, faces);
  const random = seeded(5);
  const queries = Float64Array.from({ length: 600 }, () => (random() - 0.5) * 0.4);
  const found = nearest(queries);
  const single = Array.from({ length: faces.length / 3 }, (_, f) =>
    createNearestSurfacePoint(vertices, faces.subarray(f * 3, f * 3 + 3))(queries),
  );
  for (let n = 0; n < 200; n++) {
    const best = Math.min(...single.map(({ distances }) => distances[n]));
    expect(found.distances[n]).toBeCloseTo(best, 12);
    const reached = [0, 1, 2].map((a) => found.positions[n * 3 + a] - queries[n * 3 + a]);
    expect(Math.hypot(...reached)).toBeCloseTo(best, 7);
  }
});

test('an empty mesh and a NaN point are refused', () => {
  expect(() => createNearestSurfacePoint([], [])).toThrow('at least one triangle');
  const nearest = createNearestSurfacePoint([0, 0, 0, 1, 0, 0, 0, 1, 0], [0, 1, 2]);
  expect(() => nearest([NaN, 0, 0])).toThrow('point 0 with NaN');
});
