import { jointPrior } from '../../src/energies/joint-prior.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const problem = createTermProblem(head, [jointPrior(head.jointLimits!, { limitSigma: 0.02 })]);
const jaw = head.jointNames.indexOf('jaw');

beforeAll(startTestBackend);

test('is zero at rest', () => {
  expect(termEnergy(problem, neutralParameters(head, problem.cameras, 4))).toBe(0);
});

test('one value by hand: within the limits the angle alone, beyond them the excess too', () => {
  const parameters = neutralParameters(head, problem.cameras, 4);
  const at = (head.parents.length * 2 + jaw) * 3;
  parameters.jointPose[at] = 0.3;
  expect(termEnergy(problem, parameters)).toBeCloseTo(0.5, 4);
  parameters.jointPose[at] = 0.56;
  expect(termEnergy(problem, parameters)).toBeCloseTo(0.5 * ((0.56 / 0.3) ** 2 + (0.06 / 0.02) ** 2), 3);
  parameters.jointPose[at] = -0.04;
  expect(termEnergy(problem, parameters)).toBeCloseTo(0.5 * ((0.04 / 0.3) ** 2 + (0.04 / 0.02) ** 2), 3);
});

test.each([1, 0])('its gradient agrees with central differences at strength %d', async (strength) => {
  // The tiny head's jaw rests on its limit, where the energy has a kink.
  const limits = { ...head.jointLimits!, lower: head.jointLimits!.lower.map((x) => x - 0.1) };
  const clear = { ...problem, terms: [jointPrior(limits)] };
  const parameters = createTermParameters(clear, strength);
  parameters.jointPose[jaw * 3] += 0.56 * strength;
  await checkTermGradients(clear, parameters);
});

test('limits of unequal length are refused', () => {
  const limits = { ...head.jointLimits!, lower: new Float32Array(12) };
  expect(() => jointPrior(limits)).toThrow('jointPrior lower: expected shape [5, 3] (15 numbers), got 12 numbers.');
});
