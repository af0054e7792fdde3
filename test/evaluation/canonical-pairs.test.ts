import { pictureMap } from '../../src/canonical/picture-map.js';
import { shrinkMap } from '../../src/canonical/shrink-map.js';
import { trimMap } from '../../src/canonical/trim-map.js';
import { canonicalPair, type CanonicalShots } from '../../src/evaluation/canonical-pairs.js';
import { evaluateCanonical } from '../../src/evaluation/evaluate-canonical.js';
import { createCanonicalView, withNoise } from '../fixtures/canonical-views.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const { faces } = createTinyHead();
const shots = (margin = 2, noise = 0): CanonicalShots => {
  const [first, second] = [createCanonicalView({ yaw: 0, jaw: 0.1 }), createCanonicalView({ yaw: 0.3 })];
  const grey = { width: 128, height: 128, data: new Uint8Array(128 * 128 * 3).fill(99) };
  const shot = (view: typeof first, seed: number) => ({ ...view, map: withNoise(view.map, noise, seed), image: grey });
  return { faces, margin, first: shot(first, 1), second: shot(second, 2) };
};
async function* each<Item>(...items: Item[]): AsyncGenerator<Item> {
  yield* items;
}

test('exact maps have small errors in every table, by margin', async () => {
  const rows = await evaluateCanonical(each(shots(2), shots(8), shots(8)));
  const value = (metric: string, group: string, figure: string) =>
    rows.find((row) => row.metric === metric && row.group === group && row.figure === figure)!.value!;
  expect(value('match', 'all', 'mae')).toBeLessThan(0.4);
  for (const margin of ['margin 2', 'margin 8']) {
    expect(value('epe', margin, 'epe')).toBeLessThan(0.4);
    expect(value('epe', margin, 'below3px')).toBeGreaterThan(0.98);
    expect(value('cce', margin, 'median')).toBeLessThan(0.3);
    expect(value('wpe', margin, 'l1')).toBeCloseTo(0, 6);
    expect(value('epe3d', margin, 'P0(t0)')).toBeLessThan(1e-5);
    expect(value('epe3d', margin, 'P0(t1)')).toBeLessThan(0.002);
    expect(value('epe3d', margin, 'P1(t0)')).toBeLessThan(0.002);
  }
  expect(rows.filter(({ metric }) => metric === 'wpe').map(({ group }) => group)).toContain('margin 8');
});

test('noise shows, and without depth or pictures their tables are left out', async () => {
  const { first, second, ...rest } = shots(2, 0.01);
  const bare = (shot: typeof first) => ({ ...shot, image: undefined, map: { ...shot.map, depth: undefined } });
  const rows = await evaluateCanonical(each({ ...rest, first: bare(first), second: bare(second) }));
  expect(rows.find(({ figure }) => figure === 'epe')!.value).toBeGreaterThan(0.5);
  expect(new Set(rows.map(({ metric }) => metric))).toEqual(new Set(['match', 'epe', 'cce']));
});

test('the truth is where the second picture shows the same point, and nowhere where it is hidden', () => {
  const { pair } = canonicalPair(shots());
  const { targets } = pair.truth!;
  const shown = targets.filter((value, i) => i % 2 === 0 && !Number.isNaN(value)).length;
  const foreground = shots().first.map.mask.reduce((sum, inside) => sum + inside, 0);
  expect(shown).toBeGreaterThan(0.7 * foreground);
  expect(shown).toBeLessThan(0.99 * foreground);
});

test('a map of half the size, cut to its foreground, is spread over the pixels of its picture', () => {
  const { map } = createCanonicalView({ size: 256 });
  expect(pictureMap(map, map)).toBe(map);
  const small = trimMap({ ...shrinkMap(map, 2, 0.1), depth: undefined });
  const spread = pictureMap(small, { width: 256, height: 256 });
  let [compared, worst] = [0, 0];
  for (let pixel = 0; pixel < spread.mask.length; pixel++) {
    if (!spread.mask[pixel]) continue;
    expect(map.mask[pixel]).toBe(1);
    compared++;
    for (let a = 0; a < 3; a++) worst += Math.abs(spread.values[pixel * 3 + a] - map.values[pixel * 3 + a]) / 3;
  }
  const foreground = map.mask.reduce((sum, inside) => sum + inside, 0);
  expect(compared).toBeGreaterThan(0.95 * foreground);
  expect(worst / compared).toBeLessThan(0.002);
});
