import { defaultStages } from '../../src/fitting/stages.js';
import { createTermProblem } from '../fixtures/term-energy.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const problem = createTermProblem(createTinyHead(1), []);

test('first the pose alone, at last everything that the problem leaves free', () => {
  const [first, ...rest] = defaultStages(problem, 'adamw');
  expect(first.free).toEqual(['headPose']);
  expect(rest[rest.length - 1].free).toEqual(
    expect.arrayContaining(['headPose', 'shape', 'expression', 'jointPose', 'focal', 'cameras', 'offsets']),
  );
});

test('what is known or frozen is free in no stage', () => {
  const calibrated = {
    ...problem,
    freeJoints: new Uint8Array(5),
    freeCameras: new Uint8Array(2),
    focalGroups: Int32Array.of(-1, -1),
    offsetVertices: new Int32Array(0),
  };
  for (const { free } of defaultStages(calibrated, 'gauss-newton')) {
    for (const name of ['focal', 'cameras', 'offsets', 'jointPose']) expect(free).not.toContain(name);
  }
});

test('every stage has steps and a tolerance, fewer steps for gauss-newton', () => {
  const steps = (solver: 'adamw' | 'gauss-newton') =>
    defaultStages(problem, solver).reduce((sum, { maxSteps, tolerance }) => {
      expect(tolerance).toBeGreaterThan(0);
      return sum + maxSteps;
    }, 0);
  expect(steps('gauss-newton')).toBeLessThan(steps('adamw') / 5);
});
