import { ErrorHistogram } from '../../src/evaluation/error-histogram.js';

test('percentiles of a uniform distribution to half a per cent', () => {
  const histogram = new ErrorHistogram();
  for (let k = 1; k <= 20000; k++) histogram.add(k / 2000);
  for (const share of [0.1, 0.5, 0.95]) expect(histogram.percentile(share)! / (10 * share)).toBeCloseTo(1, 2);
});

test('zeros, merging, and nothing at all', () => {
  const [zeros, ones] = [new ErrorHistogram(), new ErrorHistogram()];
  expect(zeros.percentile(0.5)).toBeNull();
  for (let k = 0; k < 10; k++) {
    zeros.add(0);
    ones.add(1);
  }
  expect(zeros.percentile(0.95)).toBe(0);
  zeros.addAll(ones);
  expect(zeros.percentile(0.95)).toBeCloseTo(1, 2);
  expect(zeros.percentile(0.4)).toBe(0);
});
