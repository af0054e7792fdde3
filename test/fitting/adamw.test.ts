import * as tf from '@tensorflow/tfjs';
import { type EnergyTerm } from '../../src/energies/energy-term.js';
import { adamw } from '../../src/fitting/adamw.js';
import { buildProblem } from '../../src/fitting/build-problem.js';
import { initialise } from '../../src/fitting/initialise.js';
import { type Stage } from '../../src/fitting/problem.js';
import { createCapture, vertexErrorMm } from '../fixtures/synthetic-capture.js';
import { startTestBackend } from '../fixtures/test-backend.js';

const capture = createCapture({ points: (head) => head.landmarks68! });
const { head, cameras, alignment } = capture;
const options = { head, cameras, alignment, offsetRegion: 'none' };
const everything: Stage = {
  name: 'all',
  free: ['headPose', 'shape', 'expression', 'jointPose'],
  maxSteps: 50,
  tolerance: 1e-6,
};

function start(extraTerms: EnergyTerm[] = []) {
  const problem = buildProblem({ ...options, extraTerms });
  return { problem, initial: initialise(head, alignment, cameras, false) };
}

beforeAll(startTestBackend);

test('lowers the energy and recovers pose, shape and expression of an exact alignment', async () => {
  const dense = createCapture({ frameCount: 1 });
  const terms = { modelPrior: { weight: 1e-3 }, jointPrior: { weight: 1e-3 }, temporalSmoothness: false as const };
  const problem = buildProblem({ ...dense, offsetRegion: 'none', terms });
  const initial = initialise(dense.head, dense.alignment, dense.cameras, false);
  const outcome = await adamw().solve(problem, initial, { ...everything, maxSteps: 250 });
  expect(outcome.energies[outcome.energies.length - 1]).toBeLessThan(outcome.energies[0] / 100);
  expect(vertexErrorMm(dense.head, initial, dense.truth)).toBeGreaterThan(1);
  expect(vertexErrorMm(dense.head, outcome.parameters, dense.truth)).toBeLessThan(1);
});

test('no tensors are left over fifty steps', async () => {
  const { problem, initial } = start();
  const counts: number[] = [];
  const before = tf.memory().numTensors;
  await adamw().solve(problem, initial, everything, { onStep: () => counts.push(tf.memory().numTensors) });
  expect(counts.length).toBe(51);
  expect(new Set(counts.slice(1)).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});

test('moves only what the stage frees, and keeps coefficients within their bounds', async () => {
  const { problem, initial } = start();
  const { parameters } = await adamw({ learningRate: 0.3 }).solve(problem, initial, {
    ...everything,
    free: ['expression'],
    maxSteps: 20,
  });
  expect(parameters.shape).toEqual(initial.shape);
  expect(parameters.jointPose).toEqual(initial.jointPose);
  parameters.headTranslation.forEach((value, i) => expect(value).toBeCloseTo(initial.headTranslation[i], 12));
  expect(parameters.expression.some((value) => value > 0)).toBe(true);
  expect(parameters.expression.every((value) => value >= 0 && value <= 1)).toBe(true);
});

test('a NaN names its term, stage and step, and the best parameters so far come back', async () => {
  let evaluations = 0;
  const broken: EnergyTerm = {
    name: 'brokenTerm',
    weight: 1,
    reads: ['shape'],
    residual: ({ shape }) => shape.mul(++evaluations > 4 ? NaN : 1),
  };
  const { problem, initial } = start([broken]);
  const outcome = await adamw().solve(problem, initial, everything);
  expect(outcome.status).toBe('nan');
  expect(outcome.message).toMatch(/^adamw: brokenTerm is not finite in stage 'all' at step \d+\.$/);
  expect(outcome.parameters.shape.every(Number.isFinite)).toBe(true);
  expect(outcome.energies.length).toBeGreaterThan(2);
});

test('lets the event loop run, so that a timer can abort it in the middle', async () => {
  const { problem, initial } = start();
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 500);
  const outcome = await adamw().solve(
    problem,
    initial,
    { ...everything, maxSteps: 100000, tolerance: 0 },
    { signal: controller.signal },
  );
  expect(outcome.status).toBe('aborted');
  expect(outcome.seconds).toBeLessThan(5);
  expect(Math.min(...outcome.energies)).toBeLessThan(outcome.energies[0]);
  expect(outcome.parameters.shape.every(Number.isFinite)).toBe(true);
});

test('cameras of one group keep one focal length', async () => {
  const { problem, initial } = start();
  const shared = { ...problem, focalGroups: Int32Array.of(0, 0, 1) };
  const stage: Stage = { ...everything, free: ['focal', 'headPose'], maxSteps: 15 };
  const { parameters } = await adamw().solve(shared, initial, stage);
  const zoom = parameters.cameras.map(({ K }, c) => K[0] / cameras[c].K[0]);
  expect(zoom[0]).toBeCloseTo(zoom[1], 10);
  expect(zoom[2]).not.toBeCloseTo(zoom[0], 6);
});

test('fused kernels change nothing but rounding', async () => {
  const { problem, initial } = start();
  const [fused, plain] = await Promise.all(
    [true, false].map((choice) => adamw({ fused: choice }).solve(problem, initial, { ...everything, maxSteps: 10 })),
  );
  fused.energies.forEach((energy, step) => expect(Math.abs(energy / plain.energies[step] - 1)).toBeLessThan(1e-4));
});
