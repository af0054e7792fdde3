import { modelPrior } from '../../src/energies/model-prior.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const problem = createTermProblem(head, [modelPrior(head)]);

beforeAll(startTestBackend);

test('is zero at the mean', () => {
  expect(termEnergy(problem, neutralParameters(head, problem.cameras, 4))).toBe(0);
});

test('one value by hand: the shape counts once, each expression in its own standard deviations', () => {
  const parameters = neutralParameters(head, problem.cameras, 4);
  parameters.shape[1] = 2;
  parameters.expression[head.expression.count + 3] = 1;
  expect(termEnergy(problem, parameters)).toBeCloseTo(0.5 * (2 ** 2 + (1 / 0.5) ** 2), 5);
  const wider = { ...problem, terms: [modelPrior(head, { weight: 3, shapeSigma: 2, expressionSigma: 0.5 })] };
  expect(termEnergy(wider, parameters)).toBeCloseTo(1.5 * (1 + (1 / 0.25) ** 2), 4);
});

test.each([1, 0])('its gradient agrees with central differences at strength %d', async (strength) => {
  await checkTermGradients(problem, createTermParameters(problem, strength));
});

test('a standard deviation that is not positive is refused', () => {
  expect(() => modelPrior(head, { shapeSigma: -1 })).toThrow('modelPrior: expected a positive shapeSigma, got -1.');
});
