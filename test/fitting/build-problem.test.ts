import { type EnergyTerm } from '../../src/energies/energy-term.js';
import { type DiagonalForm } from '../../src/energies/gauss-newton-form.js';
import { buildProblem, type ProblemOptions } from '../../src/fitting/build-problem.js';
import { createCapture, createTestRig } from '../fixtures/synthetic-capture.js';

const { head, cameras, alignment } = createCapture({ points: (model) => model.landmarks68! });
const single = createCapture({ points: (model) => model.landmarks68!, cameras: createTestRig(1) });

function diagonal({ gaussNewton: form }: EnergyTerm): DiagonalForm {
  if (form?.kind !== 'diagonal') throw new Error('expected a diagonal prior.');
  return form;
}

const termNames = (options: ProblemOptions) => buildProblem(options).terms.map(({ name }) => name);

test('several calibrated cameras: every default term, the nose free', () => {
  const problem = buildProblem({ head, cameras, alignment });
  expect(problem.terms.map(({ name }) => name)).toEqual([
    'alignment',
    'modelPrior',
    'temporalSmoothness',
    'deformation',
    'jointPrior',
  ]);
  expect(Array.from(problem.offsetVertices)).toEqual([...head.regions.nose.keys()].filter((v) => head.regions.nose[v]));
  expect(Array.from(problem.focalGroups)).toEqual([-1, -1, -1]);
  expect(Array.from(problem.freeCameras)).toEqual([0, 0, 0]);
});

test('one unknown camera: no offsets, its focal length free and held by a prior', () => {
  const problem = buildProblem({ head, alignment: single.alignment });
  expect(problem.offsetVertices.length).toBe(0);
  expect(Array.from(problem.focalGroups)).toEqual([0]);
  expect(problem.terms.map(({ name }) => name)).toContain('cameraPrior');
  expect(problem.cameras[0].K[2]).toBe(320);
});

test('photographs in no order have no temporal term; few frames neither', () => {
  expect(termNames({ head, alignment: single.alignment, unordered: true })).not.toContain('temporalSmoothness');
  const two = createCapture({ frameCount: 2 });
  expect(termNames({ ...two })).not.toContain('temporalSmoothness');
});

test('refined extrinsics leave the first camera as the world', () => {
  const problem = buildProblem({ head, cameras, alignment, refineCameras: true });
  expect(Array.from(problem.freeCameras)).toEqual([0, 1, 1]);
  expect(problem.terms.map(({ name }) => name)).toContain('cameraPrior');
});

test('unknown focal lengths are shared or one per camera', () => {
  expect(Array.from(buildProblem({ head, alignment }).focalGroups)).toEqual([0, 0, 0]);
  expect(Array.from(buildProblem({ head, alignment, focal: 'each' }).focalGroups)).toEqual([0, 1, 2]);
});

test('joints: those with limits, never the root, the neck where more than landmarks was seen; or those named', () => {
  const landmarks = { ...alignment, source: 'landmarks' as const };
  expect(Array.from(buildProblem({ head, cameras, alignment: landmarks }).freeJoints)).toEqual([0, 0, 1, 1, 1]);
  expect(Array.from(buildProblem({ head, cameras, alignment }).freeJoints)).toEqual([0, 1, 1, 1, 1]);
  expect(Array.from(buildProblem({ head, cameras, alignment, joints: ['neck'] }).freeJoints)).toEqual([0, 1, 0, 0, 0]);
  expect(() => buildProblem({ head, cameras, alignment, joints: ['tail'] })).toThrow(
    "joints: expected some of root, neck, jaw, left_eye, right_eye, got 'tail'.",
  );
});

test('terms can be weighed, left out and added', () => {
  const extra = { name: 'mine', weight: 1, reads: [], residual: () => undefined as never };
  const problem = buildProblem({
    head,
    cameras,
    alignment,
    terms: { modelPrior: false, jointPrior: { weight: 7 } },
    extraTerms: [extra],
  });
  expect(problem.terms.map(({ name }) => name)).not.toContain('modelPrior');
  expect(problem.terms.find(({ name }) => name === 'jointPrior')!.weight).toBe(7);
  expect(problem.terms[problem.terms.length - 1]).toBe(extra);
});

test('errors that all pictures repeat: the priors on what they share count as often', () => {
  const observer = { ...single.alignment, source: 'landmarks' as const };
  const options = { head, alignment: observer, neutral: head.template, terms: { alignment: { repeatedShare: 0.5 } } };
  const repeated = 1 + (observer.frameCount - 1) * 0.5;
  const problem = buildProblem(options);
  const term = (name: string) => problem.terms.find((found) => found.name === name)!;
  expect(term('neutralShape').weight).toBe(repeated);
  expect(term('cameraPrior').weight).toBe(repeated);
  const [atRest, off] = [head.shape.mean, head.shape.mean.map((mean, s) => mean + head.shape.sigma[s])].map((values) =>
    diagonal(term('modelPrior')).evaluate('shape', Float64Array.from(values), 1),
  );
  expect(off - atRest).toBeCloseTo((repeated * head.shape.count) / 2, 3);
  const each = buildProblem({ ...options, focal: 'each' });
  expect(each.terms.find(({ name }) => name === 'cameraPrior')!.weight).toBe(1);
});

test('a neutral head becomes a term, in whatever rigid position; another topology is refused', () => {
  expect(termNames({ head, cameras, alignment, neutral: head.template })).toContain('neutralShape');
  expect(() => buildProblem({ head, cameras, alignment, neutral: new Float32Array(30) })).toThrow(
    'neutral mesh: expected 276 vertices as in head model tiny-head, got 10.',
  );
});

test('a region that the head lacks is named', () => {
  expect(() => buildProblem({ head, cameras, alignment, offsetRegion: 'beard' })).toThrow(
    /head model tiny-head: expected a region 'beard', got regions: skin, /,
  );
});
