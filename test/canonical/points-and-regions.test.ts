import { cellAt, imageFromMap, mapFromImage } from '../../src/canonical/map-points.js';
import { findPoint, semanticPoint } from '../../src/canonical/query-point.js';
import { canonicalRegion, selectRegion } from '../../src/canonical/select-region.js';
import { warpPicture } from '../../src/canonical/warp-picture.js';
import { createCanonicalView } from '../fixtures/canonical-views.js';

/** The picture whose colour is where the pixel is. */
function ramp(size: number) {
  const data = new Uint8Array(size * size * 3);
  for (let p = 0; p < size * size; p++) data.set([p % size, Math.floor(p / size), 77], p * 3);
  return { width: size, height: size, data };
}

test('a turned and scaled map finds its way to the picture and back', () => {
  const map = { imageFromMap: Float64Array.of(0, -2, 90, 2, 0, 10) };
  expect(imageFromMap(map, 3, 5)).toEqual([80, 16]);
  expect(mapFromImage(map, 80, 16)).toEqual([3, 5]);
  const { map: exact } = createCanonicalView({ size: 32 });
  expect(cellAt(exact, 16.2, 16.9)).toBe(16 * 32 + 16);
  expect(cellAt(exact, -1, 16)).toBe(-1);
  expect(cellAt(exact, 0.5, 0.5)).toBe(-1);
});

test('a point shown in two pictures is found in a third', () => {
  const views = [-0.3, 0.2, 0.5].map((yaw) => createCanonicalView({ yaw }));
  const place = [0.62, 0.5, 0.9];
  const shown = views.map(({ map }) => findPoint(map, { canonical: Float64Array.from(place) })!);
  const point = semanticPoint([0, 1].map((k) => ({ map: views[k].map, x: shown[k].x, y: shown[k].y })));
  expect(point.spread).toBeLessThan(0.01);
  const found = findPoint(views[2].map, point)!;
  expect(Math.hypot(found.x - shown[2].x, found.y - shown[2].y)).toBeLessThan(1.5);
  expect(findPoint(views[2].map, { canonical: Float64Array.of(5, 5, 5) }, { reach: 1 })).toBeUndefined();
  expect(() => semanticPoint([{ map: views[0].map, x: 0.5, y: 0.5 }])).toThrow(
    'semantic point: expected annotation 1 on the foreground, got (0.5, 0.5) outside it.',
  );
  expect(() => semanticPoint([])).toThrow('expected at least one annotation');
});

test('a region painted in two of three pictures is a volume that a fourth one shows', () => {
  const inside = ([x, y]: ArrayLike<number> & Iterable<number>) => Math.hypot(x - 0.5, y - 0.5) < 0.12;
  const views = [-0.3, 0, 0.3, 0.15].map((yaw) => createCanonicalView({ yaw, size: 192 }));
  const selections = views.slice(0, 3).map(({ map }, k) => ({
    map,
    inside(x: number, y: number) {
      const cell = cellAt(map, x, y);
      const painted = inside(map.values.subarray(cell * 3, cell * 3 + 3));
      // The last picture is painted wrongly all over; the vote of the others is the majority.
      return k === 2 ? !painted : painted;
    },
  }));
  const region = canonicalRegion(selections, { resolution: 40, share: 0.6 });
  const { map } = views[3];
  const mask = selectRegion(map, region, map);
  let [both, either] = [0, 0];
  for (let cell = 0; cell < mask.length; cell++) {
    const [truth, got] = [map.mask[cell] && inside(map.values.subarray(cell * 3, cell * 3 + 3)), mask[cell]];
    if (truth && map.values[cell * 3 + 2] > 0.5) either++;
    if (truth && got) both++;
    if (got && !truth) either++;
  }
  expect(either).toBeGreaterThan(300);
  expect(both / either).toBeGreaterThan(0.75);
  expect(() => canonicalRegion([])).toThrow('expected at least one selection');
});

test('a picture warped onto itself is itself, and onto another view follows the matches', () => {
  const [first, second] = [createCanonicalView(), createCanonicalView({ yaw: 0.2 })];
  const image = ramp(128);
  const same = warpPicture({ image, map: first.map }, first.map);
  same.covered.forEach((covered, p) => {
    expect(covered).toBe(first.map.mask[p]);
    if (covered) expect(Math.abs(same.image.data[p * 3] - image.data[p * 3])).toBeLessThanOrEqual(1);
  });
  const warped = warpPicture({ image, map: first.map }, second.map, { cycle: 2 });
  const middle = 64 * 128 + 64;
  const cell = findPoint(first.map, {
    canonical: Float64Array.from(second.map.values.subarray(middle * 3, middle * 3 + 3)),
  })!;
  expect(warped.image.data[middle * 3]).toBeCloseTo(cell.x - 0.5, -0.5);
  expect(warped.image.data[middle * 3 + 1]).toBeCloseTo(cell.y - 0.5, -0.5);
});
