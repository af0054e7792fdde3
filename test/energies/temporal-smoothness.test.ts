import { accelerationStencil, temporalSmoothness } from '../../src/energies/temporal-smoothness.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { sampleVertices } from '../../src/geometry/sample-vertices.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const points = sampleVertices(
  head.faces,
  Array.from({ length: head.vertexCount }, (_, v) => v),
  90,
);

/** Frames at given seconds, the head sliding along x as told. */
function slide(times: number[], x: (t: number) => number, options = {}) {
  const problem = createTermProblem(head, [], times.length);
  problem.times = Float64Array.from(times);
  problem.terms = [temporalSmoothness(points, problem.times, { sigma: 2, effectiveCount: 10, ...options })];
  const parameters = neutralParameters(head, problem.cameras, times.length);
  times.forEach((t, f) => (parameters.headTranslation[f * 3] = x(t)));
  return termEnergy(problem, parameters);
}
const every = (step: number, count: number) => Array.from({ length: count }, (_, k) => k * step);

beforeAll(startTestBackend);

test('rest and steady motion cost nothing, whatever the time steps', () => {
  expect(slide(every(0.04, 5), () => 0.1)).toBeLessThan(1e-4);
  expect(slide([0, 0.04, 0.12, 0.16, 0.36], (t) => 0.3 * t)).toBeLessThan(1e-3);
});

test('one value by hand: constant acceleration over three frames at 25 per second', () => {
  const energy = slide(every(0.04, 3), (t) => 0.5 * 6 * t * t);
  expect(energy).toBeCloseTo(0.5 * 10 * (6 / 2) ** 2, 1);
});

test('neither frame rate nor steps change the energy of a motion', () => {
  const motion = (t: number) => 0.05 * Math.sin(4 * t);
  const dense = slide(every(1 / 50, 101), motion);
  const sparse = slide(every(1 / 12.5, 26), motion);
  expect(Math.abs(dense / sparse - 1)).toBeLessThan(0.1);
});

test('cuts and long gaps uncouple', () => {
  const jump = (t: number) => (t > 0.1 ? 0.2 : 0);
  const times = every(0.04, 6);
  expect(slide(times, jump)).toBeGreaterThan(100);
  expect(slide(times, jump, { cuts: [3] })).toBeLessThan(1e-3);
  expect(slide([0, 0.04, 0.08, 1.08, 1.12, 1.16], jump)).toBeLessThan(1e-3);
});

test('the stencil of even steps is the second difference', () => {
  const [before, at, after] = accelerationStencil(Float64Array.of(0, 0.04, 0.08), 0.5, [], 1);
  [before[0], at[0], after[0]].forEach((weight, k) => expect(weight * 0.04 ** 2).toBeCloseTo([1, -2, 1][k], 4));
});

test.each([1, 0])('its gradient agrees with central differences at strength %d', async (strength) => {
  const problem = createTermProblem(head, [], 5);
  problem.terms = [temporalSmoothness(points, problem.times, { sigma: 0.1 })];
  await checkTermGradients(problem, createTermParameters(problem, strength));
});

test('times that do not increase are refused', () => {
  expect(() => temporalSmoothness(points, Float64Array.of(0, 0.04, 0.04))).toThrow(
    'temporalSmoothness: expected increasing times, got 0.04 after 0.04.',
  );
});
