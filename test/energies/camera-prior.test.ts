import { cameraPrior } from '../../src/energies/camera-prior.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const options = { focalSigma: 0.1, rotationSigma: 0.05, translationSigma: 0.03 };
const problem = createTermProblem(createTinyHead(1), [cameraPrior(options)]);

beforeAll(startTestBackend);

test('is zero at the calibration', () => {
  expect(termEnergy(problem, neutralParameters(problem.head, problem.cameras, 4))).toBe(0);
});

test('one value by hand: a camera shifted by two sigmas, a focal length longer by three', () => {
  const parameters = neutralParameters(problem.head, problem.cameras, 4);
  parameters.cameras[1].cameraFromWorld[3] += 0.06;
  const zoom = Math.exp(0.3);
  for (const k of [0, 1, 4]) parameters.cameras[0].K[k] *= zoom;
  expect(termEnergy(problem, parameters)).toBeCloseTo(0.5 * (4 + 9), 3);
});

test.each([1, 0])('its gradient agrees with central differences at strength %d', async (strength) => {
  await checkTermGradients(problem, createTermParameters(problem, strength));
});

test('a standard deviation that is not positive is refused', () => {
  expect(() => cameraPrior({ rotationSigma: NaN })).toThrow('cameraPrior: expected a positive rotationSigma, got NaN.');
});
