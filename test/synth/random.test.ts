import { createRandom } from '../../src/synth/random.js';

test('the same seed gives the same stream, forks do not disturb it', () => {
  const [a, b] = [createRandom(7), createRandom(7)];
  const first = Array.from({ length: 5 }, () => a.uniform());
  b.fork('something').uniform();
  expect(Array.from({ length: 5 }, () => b.uniform())).toEqual(first);
  expect(a.fork('x').uniform()).toBe(b.fork('x').uniform());
  expect(a.fork('x').uniform()).not.toBe(a.fork('y').uniform());
  expect(createRandom(8).uniform()).not.toBe(first[0]);
});

test('uniform and normal numbers have their moments', () => {
  const random = createRandom(3);
  const moments = (draw: () => number) => {
    const values = Array.from({ length: 20000 }, draw);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
  };
  const [mean, variance] = moments(() => random.uniform());
  expect(mean).toBeCloseTo(0.5, 1);
  expect(variance).toBeCloseTo(1 / 12, 2);
  const [normalMean, normalVariance] = moments(() => random.normal());
  expect(Math.abs(normalMean)).toBeLessThan(0.03);
  expect(Math.abs(normalVariance - 1)).toBeLessThan(0.04);
});

test('integers cover their range', () => {
  const random = createRandom(5);
  const drawn = new Set(Array.from({ length: 200 }, () => random.integer(6)));
  expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});
