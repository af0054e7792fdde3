import { alignmentEnergy } from '../../src/energies/alignment.js';
import { cameraPrior } from '../../src/energies/camera-prior.js';
import { deformation } from '../../src/energies/deformation.js';
import { type EnergyTerm, type ParameterName } from '../../src/energies/energy-term.js';
import { jointPrior } from '../../src/energies/joint-prior.js';
import { modelPrior } from '../../src/energies/model-prior.js';
import { neutralShape } from '../../src/energies/neutral-shape.js';
import { temporalSmoothness } from '../../src/energies/temporal-smoothness.js';
import { sortByForm } from '../../src/fitting/gauss-newton/form-terms.js';
import { stageLayout } from '../../src/fitting/gauss-newton/layout.js';
import { NormalEquations } from '../../src/fitting/gauss-newton/normal-equations.js';
import { Objective } from '../../src/fitting/gauss-newton/objective.js';
import { type Step, takeStep } from '../../src/fitting/gauss-newton/take-step.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { type Problem } from '../../src/fitting/problem.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { plainProducts } from '../../src/tensor/product-engine.js';
import { seeded } from '../fixtures/seeded.js';
import { createAlignment, createArc } from '../fixtures/synthetic-fit.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const cameras = createArc(2);
const everything: ParameterName[] = ['shape', 'expression', 'jointPose', 'headPose', 'offsets', 'cameras', 'focal'];
/** Every residual is zero here, so the Hessian of the energy is the Gauss-Newton one. */
const truth = neutralParameters(head, cameras, 4);
truth.expression.fill(0.3);
// Turned joints: only then does the shape also work through where they are at rest.
truth.jointPose.forEach((_, i) => (truth.jointPose[i] = i % 15 < 3 || i % 15 >= 12 ? 0 : 0.35));
const dense = createAlignment(head, truth);

const limits = { ...head.jointLimits!, lower: new Float32Array(15).fill(-1) };
const cases: [string, EnergyTerm[], ParameterName[]?][] = [
  ['alignment of every vertex', [alignmentEnergy(dense, head)]],
  ['shape, through joints that are turned', [alignmentEnergy(dense, head)], ['shape', 'jointPose', 'expression']],
  ['neutral shape', [neutralShape(vertexSurfacePoints(head), head.template)]],
  ['deformation, camera and joint priors', [deformation(), cameraPrior(), jointPrior(limits)]],
  ['model prior', [modelPrior(head)]],
  // How the shape moves the accelerations is left to the gradient.
  [
    'temporal smoothness',
    [temporalSmoothness(head.landmarks68!, dense.times)],
    ['expression', 'jointPose', 'headPose'],
  ],
];

test.each(cases)('%s: the Hessian agrees with differences of the gradient', async (_, terms, free = everything) => {
  const problem: Problem = {
    head,
    terms,
    times: dense.times,
    cameras,
    offsetVertices: Int32Array.of(50, 90, 120),
    freeJoints: Uint8Array.of(0, 1, 1, 1, 0),
    freeCameras: Uint8Array.of(0, 1),
    focalGroups: Int32Array.of(0, 0),
  };
  const forms = sortByForm(terms);
  const layout = stageLayout(problem, free, new Set(terms.flatMap((term) => term.reads)));
  const objective = new Objective(problem, forms, layout, truth);
  await objective.prepare(plainProducts);
  const linearise = async (step?: Step) => {
    const equations = new NormalEquations(layout, forms.acceleration.length > 0);
    const at = step ? takeStep(head, layout, truth, step) : truth;
    await objective.linearise(at, await objective.evaluate(at), equations);
    return equations;
  };
  const random = seeded(8);
  const [count, shared] = [layout.frameCount * layout.frameSize, layout.sharedSize];
  const h = 1e-5;
  const along: Step = {
    frames: Float64Array.from({ length: count }, () => (random() - 0.5) * h),
    shared: Float64Array.from({ length: shared }, () => (random() - 0.5) * h),
  };
  const back: Step = { frames: along.frames.map((x) => -x), shared: along.shared.map((x) => -x) };
  const [at, up, down] = [await linearise(), await linearise(along), await linearise(back)];
  const product = at.multiply(along);
  for (const part of ['frames', 'shared'] as const) {
    const expected = up.gradient[part].map((value, i) => (value - down.gradient[part][i]) / 2);
    const size = Math.max(...expected.map(Math.abs), 1e-9);
    const worst = Math.max(0, ...expected.map((value, i) => Math.abs(value - product[part][i]))) / size;
    expect([part, worst < 0.02 ? 'agrees' : worst]).toEqual([part, 'agrees']);
  }
});
