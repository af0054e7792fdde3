import { neutralShape } from '../../src/energies/neutral-shape.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { shapeHead } from '../../src/flame/pose-head.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const points = vertexSurfacePoints(head);
const problem = createTermProblem(head, []);
const parameters = createTermParameters(problem, 1);
const neutral = Float32Array.from(shapeHead(head, parameters));

beforeAll(startTestBackend);

test('is zero on its own neutral head, whatever expression and pose', () => {
  expect(termEnergy({ ...problem, terms: [neutralShape(points, neutral)] }, parameters)).toBeLessThan(1e-4);
});

test('one value by hand: every vertex two sigmas away', () => {
  const target = neutral.map((value, i) => value + (i % 3 === 1 ? 0.004 : 0));
  const term = neutralShape(points, target, { sigma: 0.002, effectiveCount: 50 });
  expect(termEnergy({ ...problem, terms: [term] }, parameters)).toBeCloseTo(0.5 * 50 * 4, 1);
});

test('vertex weights choose where it acts', () => {
  const target = neutral.map((value, i) => value + (head.regions.scalp[Math.floor(i / 3)] ? 0.01 : 0));
  const vertexWeights = Float32Array.from(head.regions.scalp, (inside) => 1 - inside);
  const term = neutralShape(points, target, { vertexWeights });
  expect(termEnergy({ ...problem, terms: [term] }, parameters)).toBeLessThan(1e-3);
});

test.each([1, 0])('its gradient agrees with central differences at strength %d', async (strength) => {
  const target = neutral.map((value, i) => value + 0.003 * Math.sin(i));
  const terms = [neutralShape(points, target)];
  await checkTermGradients({ ...problem, terms }, createTermParameters(problem, strength));
});

test('a target of another size is refused', () => {
  expect(() => neutralShape(points, new Float32Array(9))).toThrow(
    'neutralShape target: expected shape [276, 3] (828 numbers), got 9 numbers.',
  );
});
