import { type CanonicalMap } from '../../src/canonical/canonical-map.js';
import { matchMaps, matchPixels } from '../../src/canonical/match-maps.js';
import { createNearestCell } from '../../src/canonical/nearest-cell.js';
import { projectPoints } from '../../src/geometry/project.js';
import { createCanonicalView, withNoise } from '../fixtures/canonical-views.js';
import { seeded } from '../fixtures/seeded.js';

/** The nearest foreground cell by trying all, the first of several. */
function bruteForce({ values, mask }: CanonicalMap, point: ArrayLike<number>): number {
  let [best, cell] = [Infinity, -1];
  for (let c = 0; c < mask.length; c++) {
    if (!mask[c]) continue;
    const distance = [0, 1, 2].reduce((sum, a) => sum + (values[c * 3 + a] - point[a]) ** 2, 0);
    if (distance < best) [best, cell] = [distance, c];
  }
  return cell;
}

test.each([
  ['exact maps', 0],
  ['maps with noise', 0.02],
])('%s: every match is the one that trying all cells finds', (_, noise) => {
  const [first, second] = [0, 0.9].map((yaw, k) => withNoise(createCanonicalView({ yaw, size: 64 }).map, noise, k + 1));
  const { cells, distances } = matchMaps(first, second);
  let compared = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    const point = first.values.subarray(cell * 3, cell * 3 + 3);
    const expected = first.mask[cell] ? bruteForce(second, point) : -1;
    if (cells[cell] !== expected) throw new Error(`cell ${cell}: expected ${expected}, got ${cells[cell]}.`);
    if (expected < 0) continue;
    compared++;
    const away = Math.hypot(...[0, 1, 2].map((a) => second.values[expected * 3 + a] - point[a]));
    expect(distances[cell]).toBeCloseTo(away, 6);
  }
  expect(compared).toBeGreaterThan(800);
});

test('ties go to the first cell, whatever the hint, and reach is inclusive', () => {
  const values = Float32Array.from({ length: 40 * 3 }, (_, i) => (i % 3 === 0 ? Math.floor(i / 3) % 2 : 0));
  const nearest = createNearestCell({ values, mask: new Uint8Array(40).fill(1) });
  for (const hint of [-1, 0, 1, 38, 39]) {
    expect(nearest.find(0.25, 0, 0, hint, Infinity)).toBe(0);
    expect(nearest.find(0.75, 0, 0, hint, Infinity)).toBe(1);
    expect(nearest.find(0.5, 0, 0, hint, Infinity)).toBe(0);
    expect(nearest.find(2, 0, 0, hint, 1)).toBe(1);
    expect(nearest.find(2, 0, 0, hint, 0.999)).toBe(-1);
  }
});

test('far away, random and single points are found too', () => {
  const random = seeded(4);
  for (const count of [1, 7, 9, 300]) {
    const values = Float32Array.from({ length: count * 3 }, () => random());
    const map = { values, mask: new Uint8Array(count).fill(1) } as CanonicalMap;
    const nearest = createNearestCell(map);
    for (let k = 0; k < 200; k++) {
      const point = Float32Array.from([0, 0, 0], () => 4 * random() - 1.5);
      const found = nearest.find(point[0], point[1], point[2], Math.floor(random() * count), Infinity);
      expect(found).toBe(bruteForce(map, point));
    }
  }
  expect(createNearestCell({ values: new Float32Array(3), mask: new Uint8Array(1) }).find(0, 0, 0, -1, 9)).toBe(-1);
});

test('between cells the matches of exact maps are the true ones where both pictures show the point', () => {
  const [first, second] = [createCanonicalView({ size: 160 }), createCanonicalView({ size: 160, yaw: 0.3 })];
  const matches = matchMaps(first.map, second.map, { cycle: 1 });
  const errors = { whole: [] as number[], between: [] as number[] };
  const pixels = matchPixels(first.map, second.map, matches);
  for (let cell = 0; cell < matches.cells.length; cell++) {
    if (matches.cells[cell] < 0) continue;
    // The head is rigid here: its place in space follows from the depth.
    const [column, row, z] = [(cell % 160) + 0.5, Math.floor(cell / 160) + 0.5, first.map.depth![cell]];
    const world = [((column - 80) / 480) * z, ((80 - row) / 480) * z, 1 - z];
    const truth = projectPoints(world, second.camera).pixels;
    const centre = [(matches.cells[cell] % 160) + 0.5, Math.floor(matches.cells[cell] / 160) + 0.5];
    errors.whole.push(Math.hypot(centre[0] - truth[0], centre[1] - truth[1]));
    errors.between.push(Math.hypot(pixels[cell * 2] - truth[0], pixels[cell * 2 + 1] - truth[1]));
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  expect(errors.whole.length).toBeGreaterThan(3000);
  expect(median(errors.whole)).toBeLessThan(0.6);
  expect(median(errors.between)).toBeLessThan(0.05);
});

test('the forward-backward check drops what the second picture hides', () => {
  const [first, second] = [createCanonicalView(), createCanonicalView({ yaw: 1.2 })];
  const all = matchMaps(first.map, second.map);
  const checked = matchMaps(first.map, second.map, { cycle: 2 });
  const share = ({ cells }: { cells: Int32Array }) => cells.reduce((sum, cell) => sum + (cell >= 0 ? 1 : 0), 0);
  expect(share(checked)).toBeLessThan(0.8 * share(all));
  // What is kept has the same match; what the other picture cannot show, at the far side, is gone.
  checked.cells.forEach((cell, c) => expect(cell === -1 || cell === all.cells[c]).toBe(true));
  const far = Array.from(checked.cells.keys()).filter((c) => first.map.mask[c] && first.map.values[c * 3] < 0.3);
  expect(far.length).toBeGreaterThan(100);
  expect(far.filter((c) => checked.cells[c] >= 0).length).toBeLessThan(0.05 * far.length);
});
