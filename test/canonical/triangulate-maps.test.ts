import { shrinkMap } from '../../src/canonical/shrink-map.js';
import { templateCube, headFromCube } from '../../src/canonical/template-cube.js';
import { triangulateMaps } from '../../src/canonical/triangulate-maps.js';
import { createNearestSurfacePoint } from '../../src/geometry/nearest-surface-point.js';
import { createCanonicalView, withNoise } from '../fixtures/canonical-views.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const median = (values: ArrayLike<number>) => Float64Array.from(values).sort()[values.length >> 1];

test('exact maps of three views give points on the head, where their canonical place says', () => {
  const views = [-0.4, 0, 0.4].map((yaw) => createCanonicalView({ yaw, size: 256 }));
  const cloud = triangulateMaps(
    views.map(({ map }) => map),
    views.map(({ camera }) => camera),
  );
  expect(cloud.points.length / 3).toBeGreaterThan(500);
  const surface = createNearestSurfacePoint(views[0].vertices, head.faces)(cloud.points);
  expect(median(surface.distances)).toBeLessThan(0.0005);
  // The head is in its template's pose: canonical places are places in space.
  const places = headFromCube(cloud.canonical, templateCube(head));
  expect(median(places.map((value, i) => Math.abs(value - cloud.points[i])))).toBeLessThan(0.001);
  expect(Math.max(...cloud.trackLengths)).toBe(3);
  expect(Math.max(...cloud.errors)).toBeLessThanOrEqual(10);
});

test('a lens with distortion is undone', () => {
  const distortion = [-0.2, 0.05, 0.001, -0.001, 0];
  const views = [-0.3, 0.3].map((yaw) => createCanonicalView({ yaw, size: 256, distortion }));
  const cloud = triangulateMaps(
    views.map(({ map }) => map),
    views.map(({ camera }) => camera),
  );
  const surface = createNearestSurfacePoint(views[0].vertices, head.faces)(cloud.points);
  expect(median(surface.distances)).toBeLessThan(0.001);
});

test('limits are obeyed: track length, reprojection, views without a map', () => {
  const views = [-0.4, 0, 0.4].map((yaw, k) => {
    const view = createCanonicalView({ yaw, size: 128 });
    return { ...view, map: withNoise(view.map, 0.01, k + 1) };
  });
  const [maps, cameras] = [views.map(({ map }) => map), views.map(({ camera }) => camera)];
  const loose = triangulateMaps(maps, cameras, { cycle: Infinity });
  const tight = triangulateMaps(maps, cameras, { cycle: Infinity, reprojection: 0.3 });
  const long = triangulateMaps(maps, cameras, { cycle: Infinity, minimumTrack: 3 });
  expect(tight.views.length).toBeLessThan(loose.views.length);
  expect(Math.max(...tight.errors)).toBeLessThanOrEqual(0.3);
  expect(Math.min(...long.trackLengths)).toBe(3);
  expect(Math.min(...triangulateMaps(maps, cameras, { minimumTrack: 2 }).trackLengths)).toBe(2);
  expect(triangulateMaps([maps[0], undefined, undefined], cameras).views).toHaveLength(0);
  expect(() => triangulateMaps(maps.slice(1), cameras)).toThrow('expected a map per camera, 3, got 2.');
});

test('shrinking averages whole blocks and leaves out those across an edge', () => {
  const values = Float32Array.from({ length: 4 * 4 * 3 }, (_, i) =>
    i % 3 === 0 ? (Math.floor(i / 3) % 4) * 0.01 : 0.5,
  );
  values[(3 * 4 + 3) * 3 + 1] = 0.9;
  const mask = new Uint8Array(16).fill(1);
  mask[8] = 0;
  const map = { width: 4, height: 4, values, mask, imageFromMap: Float64Array.of(3, 0, 7, 0, 3, 9) };
  const small = shrinkMap(map, 2, 0.05);
  expect(Array.from(small.mask)).toEqual([1, 1, 0, 0]);
  expect(small.values[0]).toBeCloseTo(0.005, 7);
  expect(small.values[3]).toBeCloseTo(0.025, 7);
  expect(Array.from(small.imageFromMap)).toEqual([6, 0, 7, 0, 6, 9]);
});
