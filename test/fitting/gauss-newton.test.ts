import { alignmentEnergy } from '../../src/energies/alignment.js';
import { cameraPrior } from '../../src/energies/camera-prior.js';
import { deformation } from '../../src/energies/deformation.js';
import { type EnergyTerm } from '../../src/energies/energy-term.js';
import { jointPrior } from '../../src/energies/joint-prior.js';
import { modelPrior } from '../../src/energies/model-prior.js';
import { temporalSmoothness } from '../../src/energies/temporal-smoothness.js';
import { adamw } from '../../src/fitting/adamw.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { initialise } from '../../src/fitting/initialise.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { type Problem, type SolverState, type Stage, type StageOutcome } from '../../src/fitting/problem.js';
import { createAlignment, createArc, createMotion, vertexRms } from '../fixtures/synthetic-fit.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const pose: Stage = { name: 'pose', free: ['headPose'], maxSteps: 30, tolerance: 1e-4 };
const all: Stage = {
  name: 'all',
  free: ['headPose', 'shape', 'expression', 'jointPose', 'offsets', 'cameras', 'focal'],
  maxSteps: 40,
  tolerance: 1e-9,
};

interface SceneOptions {
  viewCount?: number;
  frameCount?: number;
  joints?: number[];
  unknownFocal?: boolean;
  unknownExtrinsics?: boolean;
  temporal?: boolean;
  noise?: number;
  dense?: boolean;
  /** Of all priors. */
  weight?: number;
}

/** A synthetic capture, its truth, and the problem of finding it. */
function createScene({
  viewCount = 3,
  frameCount = 8,
  joints = [],
  unknownFocal = false,
  unknownExtrinsics = false,
  temporal = true,
  noise = 0,
  dense = false,
  weight = 1e-3,
}: SceneOptions = {}) {
  const cameras = createArc(viewCount);
  const truth = createMotion(head, cameras, frameCount, { joints, rest: 0.1 });
  const alignment = createAlignment(head, truth, { noise, ...(!dense && { points: head.landmarks478 }) });
  const terms = [alignmentEnergy(alignment, head), modelPrior(head, { weight })];
  if (joints.length > 0) terms.push(jointPrior(head.jointLimits!, { weight }));
  if (temporal) terms.push(temporalSmoothness(head.landmarks68!, alignment.times, { weight }));
  if (unknownFocal || unknownExtrinsics) terms.push(cameraPrior({ weight }));
  const start = createArc(viewCount);
  for (const [c, camera] of start.entries()) {
    if (unknownFocal) for (const k of [0, 4]) camera.K[k] *= 1.2;
    if (unknownExtrinsics && c > 0) for (const k of [3, 7]) camera.cameraFromWorld[k] += 0.01;
  }
  const problem: Problem = {
    head,
    terms,
    times: alignment.times,
    cameras: start,
    offsetVertices: new Int32Array(0),
    freeJoints: Uint8Array.from(head.parents, (_, j) => (joints.includes(j) ? 1 : 0)),
    freeCameras: Uint8Array.from(start, (_, c) => (unknownExtrinsics && c > 0 ? 1 : 0)),
    focalGroups: new Int32Array(viewCount).fill(unknownFocal ? 0 : -1),
  };
  return { problem, truth, initial: initialise(head, alignment, start, false) };
}

async function solve(problem: Problem, initial: FitParameters, stages = [pose, all]): Promise<StageOutcome> {
  let outcome: StageOutcome | undefined;
  for (const stage of stages) outcome = await gaussNewton().solve(problem, outcome?.parameters ?? initial, stage);
  return outcome!;
}

test.each<[string, SceneOptions, number]>([
  ['several views', {}, 0.01],
  ['several views with joints', { joints: [2, 3, 4] }, 0.02],
  ['every vertex of several views', { dense: true, joints: [2] }, 0.01],
  ['frames without order', { temporal: false, joints: [2, 3, 4] }, 0.02],
  ['cameras that have moved', { unknownExtrinsics: true, dense: true }, 0.05],
  ['one view of unknown focal length', { viewCount: 1, frameCount: 20, unknownFocal: true }, 0.15],
])('%s: a noiseless motion is recovered', async (_, options, millimetres) => {
  const { problem, truth, initial } = createScene(options);
  const { status, parameters, energies } = await solve(problem, initial);
  expect(status).toBe('converged');
  expect(energies.every((energy, k) => k === 0 || energy <= energies[k - 1])).toBe(true);
  expect(1000 * vertexRms(head, parameters, truth)).toBeLessThan(millimetres);
  expect(Math.abs(parameters.cameras[0].K[0] / truth.cameras[0].K[0] - 1)).toBeLessThan(1e-3);
});

test('both solvers arrive at the same minimum', async () => {
  await startTestBackend();
  const { problem, initial } = createScene({ noise: 1, frameCount: 2, weight: 1, temporal: false, dense: true });
  const started = await gaussNewton().solve(problem, initial, pose);
  const ours = await gaussNewton().solve(problem, started.parameters, all);
  const schedule = { ...all, maxSteps: 500, tolerance: 1e-8 };
  const paper = await adamw({ learningRate: 1e-2 }).solve(problem, started.parameters, schedule);
  const [a, b] = [ours, paper].map(({ energies }) => Math.min(...energies));
  expect(a).toBeLessThan(b * (1 + 1e-5));
  expect(b / a - 1).toBeLessThan(1e-3);
  expect(1000 * vertexRms(head, ours.parameters, paper.parameters)).toBeLessThan(0.05);
});

test('coefficients stop at their bounds, and the others take over', async () => {
  const { problem, truth, initial } = createScene({ frameCount: 3, temporal: false });
  truth.expression.fill(1.4);
  const outside = createAlignment(head, truth, { points: head.landmarks478 });
  problem.terms[0] = alignmentEnergy(outside, head);
  const { status, parameters } = await solve(problem, initial);
  expect(status).toBe('converged');
  expect(Math.max(...parameters.expression)).toBe(1);
  expect(Math.min(...parameters.expression)).toBeGreaterThanOrEqual(0);
  const looser = { ...all, free: all.free.filter((name) => name !== 'expression') };
  const again = await solve(problem, parameters, [looser]);
  expect(again.energies[0] - again.energies[again.energies.length - 1]).toBeLessThan(1e-5 * again.energies[0]);
});

test('a nose outside the basis comes back with offsets', async () => {
  const { problem, truth, initial } = createScene({ dense: true, viewCount: 4, frameCount: 4, temporal: false });
  const nose = Int32Array.from(head.regions.nose.keys()).filter((v) => head.regions.nose[v]);
  nose.forEach((v) => (truth.offsets[v * 3 + 2] = 0.002));
  problem.terms = [
    alignmentEnergy(createAlignment(head, truth), head),
    modelPrior(head, { weight: 1e-3 }),
    deformation({ weight: 1e-3 }),
  ];
  const without = await solve(problem, initial);
  const withOffsets = await solve({ ...problem, offsetVertices: nose }, initial);
  expect(withOffsets.status).toBe('converged');
  expect(1000 * vertexRms(head, withOffsets.parameters, truth)).toBeLessThan(0.02);
  expect(vertexRms(head, without.parameters, truth)).toBeGreaterThan(
    5 * vertexRms(head, withOffsets.parameters, truth),
  );
});

test('a stage with named terms and frozen parameters leaves the rest alone', async () => {
  const { problem, initial } = createScene({ joints: [2] });
  const stage: Stage = { ...pose, terms: ['alignment'] };
  const { parameters, terms } = await gaussNewton().solve(problem, initial, stage);
  expect(Object.keys(terms)).toEqual(['alignment']);
  expect(parameters.shape).toEqual(initial.shape);
  expect(parameters.expression).toEqual(initial.expression);
  expect(parameters.jointPose).toEqual(initial.jointPose);
  expect(parameters.headTranslation).not.toEqual(initial.headTranslation);
});

test('ends as a status: too few steps, aborted, nothing observed, not a number', async () => {
  const { problem, initial } = createScene();
  const solver = gaussNewton();
  const short = await solver.solve(problem, initial, { ...all, maxSteps: 2 });
  expect([short.status, short.steps]).toEqual(['maxSteps', 2]);
  const controller = new AbortController();
  const aborted = await solver.solve(problem, initial, all, {
    signal: controller.signal,
    onStep: ({ step }) => step === 1 && controller.abort(),
  });
  expect([aborted.status, aborted.steps]).toEqual(['aborted', 1]);
  const blind = createAlignment(head, createMotion(head, createArc(3), 8), { points: head.landmarks478, drop: 1 });
  const unseen = await solver.solve({ ...problem, terms: [alignmentEnergy(blind, head)] }, initial, all);
  expect(unseen.status).toBe('noObservations');
  const broken = { ...initial, shape: initial.shape.map(() => NaN) };
  const nan = await solver.solve(problem, broken, all);
  expect(nan.status).toBe('nan');
  expect(nan.message).toBe("gauss-newton: alignment is not finite in stage 'all' at step 0.");
});

test('goes on from a state to the very same result', async () => {
  const { problem, initial } = createScene({ joints: [2], noise: 1 });
  const states: SolverState[] = [];
  const whole = await gaussNewton().solve(problem, initial, all, {
    onState: async (state) => void states.push(state()),
  });
  const resumed = await gaussNewton().solve(problem, initial, all, { resume: states[3] });
  expect(states.length).toBe(whole.energies.length - 1);
  expect(resumed.energies).toEqual(whole.energies);
  expect(resumed.parameters).toEqual(whole.parameters);
});

test('a term without a Gauss-Newton form is refused by name', async () => {
  const { problem, initial } = createScene();
  const strange: EnergyTerm = { ...modelPrior(head), name: 'strange', gaussNewton: undefined };
  const solving = gaussNewton().solve({ ...problem, terms: [...problem.terms, strange] }, initial, all);
  await expect(solving).rejects.toThrow("gauss-newton: term 'strange' has no Gauss-Newton form; use the solver adamw.");
});
