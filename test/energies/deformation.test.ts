import { deformation } from '../../src/energies/deformation.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const problem = createTermProblem(createTinyHead(1), [deformation({ sigma: 1e-3 })]);

beforeAll(startTestBackend);

test('is zero without offsets and where no vertex is free', () => {
  const parameters = neutralParameters(problem.head, problem.cameras, 4);
  expect(termEnergy(problem, parameters)).toBe(0);
  expect(termEnergy({ ...problem, offsetVertices: new Int32Array(0) }, parameters)).toBe(0);
});

test('one value by hand', () => {
  const parameters = neutralParameters(problem.head, problem.cameras, 4);
  parameters.offsets[problem.offsetVertices[0] * 3 + 1] = 0.003;
  expect(termEnergy(problem, parameters)).toBeCloseTo(4.5, 4);
});

test.each([1, 0])('its gradient agrees with central differences at strength %d', async (strength) => {
  await checkTermGradients(problem, createTermParameters(problem, strength));
});

test('a standard deviation that is not positive is refused', () => {
  expect(() => deformation({ sigma: 0 })).toThrow('deformation: expected a positive sigma, got 0.');
});
