import * as tf from '@tensorflow/tfjs';
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
import { takeStep } from '../../src/fitting/gauss-newton/take-step.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { type Problem } from '../../src/fitting/problem.js';
import { TensorObjective } from '../../src/fitting/tensor-objective.js';
import { unknownBlocks, unknownTensors } from '../../src/fitting/unknowns.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { plainProducts } from '../../src/tensor/product-engine.js';
import { seeded } from '../fixtures/seeded.js';
import { createAlignment, createArc, createMotion } from '../fixtures/synthetic-fit.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const joints = [1, 2, 3];
const cameras = createArc(3);
const offsetVertices = Int32Array.from({ length: 12 }, (_, m) => 40 + m * 7);
const everything: ParameterName[] = ['shape', 'expression', 'jointPose', 'headPose', 'offsets', 'cameras', 'focal'];

/** A point in the middle of nowhere: nothing at rest, nothing at its minimum, no coefficient at its bound. */
function elsewhere(): FitParameters {
  const random = seeded(11);
  const parameters = createMotion(head, cameras, 5, { seed: 5, joints, rest: 0.5 });
  offsetVertices.forEach((v) =>
    parameters.offsets.set(
      [0, 1, 2].map(() => (random() - 0.5) * 2e-3),
      v * 3,
    ),
  );
  return parameters;
}

function problemWith(terms: EnergyTerm[]): Problem {
  const initial = createArc(3);
  initial.forEach((camera, c) => {
    camera.K[0] *= 1.05;
    camera.K[4] *= 1.05;
    camera.cameraFromWorld[3] += 0.004 * c;
  });
  return {
    head,
    terms,
    times: Float64Array.from([0, 1, 2, 4, 5], (t) => t / 25),
    cameras: initial,
    offsetVertices,
    freeJoints: Uint8Array.from(head.parents, (_, j) => (joints.includes(j) ? 1 : 0)),
    freeCameras: Uint8Array.of(0, 1, 1),
    focalGroups: Int32Array.of(0, 0, 1),
  };
}

const truth = createMotion(head, cameras, 5, { seed: 3, joints });
const landmarks = createAlignment(head, truth, { points: head.landmarks478!, noise: 2, drop: 0.2 });
const dense = createAlignment(head, truth, { noise: 2, drop: 0.2 });
const times = problemWith([]).times;
const random = seeded(7);
const cases: [string, EnergyTerm][] = [
  ['landmarks', alignmentEnergy(landmarks, head)],
  ['every vertex', alignmentEnergy(dense, head, { robust: undefined })],
  ['temporal smoothness', temporalSmoothness(head.landmarks68!, times)],
  ['temporal smoothness with a cut', temporalSmoothness(head.landmarks68!, times, { cuts: [3] })],
  ['model prior', modelPrior(head)],
  ['joint prior', jointPrior({ ...head.jointLimits!, upper: new Float32Array(15).fill(0.1) })],
  [
    'neutral shape',
    neutralShape(
      vertexSurfacePoints(head),
      head.template.map((x) => x + (random() - 0.5) * 0.004),
    ),
  ],
  ['deformation', deformation()],
  ['camera prior', cameraPrior()],
];

async function linearised(problem: Problem, parameters: FitParameters) {
  const reads = new Set(problem.terms.flatMap((term) => term.reads));
  const layout = stageLayout(problem, everything, reads);
  const forms = sortByForm(problem.terms);
  const objective = new Objective(problem, forms, layout, parameters);
  await objective.prepare(plainProducts);
  const equations = new NormalEquations(layout, forms.acceleration.length > 0);
  const evaluation = await objective.evaluate(parameters);
  await objective.linearise(parameters, evaluation, equations);
  return { layout, objective, equations, evaluation };
}

test.each(cases)('%s: the gradient agrees with central differences of the energy', async (_, term) => {
  const parameters = elsewhere();
  const { layout, objective, equations } = await linearised(problemWith([term]), parameters);
  const zero = () => ({
    frames: new Float64Array(layout.frameCount * layout.frameSize),
    shared: new Float64Array(layout.sharedSize),
  });
  const all = [
    ...Array.from(zero().frames, (_, i) => ({ part: 'frames' as const, i })),
    ...Array.from(zero().shared, (_, i) => ({ part: 'shared' as const, i })),
  ];
  const scale = Math.max(...all.map(({ part, i }) => Math.abs(equations.gradient[part][i])));
  for (const { part, i } of all.filter((_, k) => k % 7 === 3 || k >= all.length - 16)) {
    const [h, slopes] = [
      1e-4,
      [1, -1].map(async (sign) => {
        const step = zero();
        step[part][i] = sign * 1e-4;
        return (await objective.evaluate(takeStep(head, layout, parameters, step))).energy;
      }),
    ];
    const [up, down] = await Promise.all(slopes);
    const numeric = (up - down) / (2 * h);
    const error = Math.abs(numeric - equations.gradient[part][i]);
    if (error > 1e-3 * Math.abs(numeric) + 1e-5 * scale + 1e-6) {
      throw new Error(
        `${part} ${i}: expected ${numeric}, got ${equations.gradient[part][i]}; layout ${JSON.stringify({ ...layout, offsetVertices: 0 })}`,
      );
    }
  }
});

test.each(cases)('%s: energy and gradient agree with autodiff', async (_, term) => {
  await tf.setBackend('cpu');
  const parameters = elsewhere();
  const problem = problemWith([term]);
  const { layout, equations, evaluation } = await linearised(problem, parameters);
  const objective = new TensorObjective(problem, problem.terms, parameters);
  const blocks = unknownBlocks(problem, parameters);
  const tensors = unknownTensors(blocks);
  const reads = objective.reads();
  const names = blocks.filter(({ parameter }) => reads.has(parameter)).map(({ name }) => name);
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
    objective.energy({ ...tensors, ...Object.fromEntries(names.map((name, k) => [name, xs[k]])) } as typeof tensors),
  )(names.map((name) => tensors[name]!));
  expect(Math.abs(evaluation.energy / value.dataSync()[0] - 1)).toBeLessThan(3e-5);
  const autodiff = Object.fromEntries(names.map((name, k) => [name, grads[k].dataSync()]));
  const [F, n] = [layout.frameCount, layout.frameSize];
  const { frames, shared } = equations.gradient;
  const compare = (name: string, expected: number[], got: number[]) => {
    const size = Math.max(...expected.map(Math.abs), 1e-9);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - got[i]))) / size;
    if (!(worst < 1e-3))
      throw new Error(`${name}: relative difference ${worst} of ${expected.slice(0, 6)} and ${got.slice(0, 6)}`);
  };
  const J = head.parents.length;
  if (autodiff.headTurn) {
    const at = (f: number, i: number) => frames[f * n + i];
    const of = (values: ArrayLike<number>) => Array.from(values);
    compare(
      'headTurn',
      of(autodiff.headTurn),
      of({ length: F * 3 } as ArrayLike<number>).map((_, i) => at(Math.floor(i / 3), i % 3)),
    );
    compare(
      'headTranslation',
      of(autodiff.headTranslation),
      of({ length: F * 3 } as ArrayLike<number>).map((_, i) => at(Math.floor(i / 3), 3 + (i % 3))),
    );
  }
  if (autodiff.jointPose) {
    const expected: number[] = [];
    const got: number[] = [];
    for (let f = 0; f < F; f++) {
      joints.forEach((j, k) => {
        for (let axis = 0; axis < 3; axis++) {
          expected.push(autodiff.jointPose[(f * J + j) * 3 + axis]);
          got.push(frames[f * n + layout.headPoseSize + k * 3 + axis]);
        }
      });
    }
    compare('jointPose', expected, got);
  }
  if (autodiff.expression) {
    const E = head.expression.count;
    compare(
      'expression',
      Array.from(autodiff.expression),
      Array.from(autodiff.expression, (_, i) => frames[Math.floor(i / E) * n + layout.poseSize + (i % E)]),
    );
  }
  if (autodiff.shape) compare('shape', Array.from(autodiff.shape), Array.from(shared.subarray(0, layout.shapeSize)));
  if (autodiff.offsets) {
    const M = problem.offsetVertices.length;
    compare(
      'offsets',
      Array.from(autodiff.offsets),
      Array.from({ length: 3 * M }, (_, i) => shared[layout.shapeSize + (i % M) * 3 + Math.floor(i / M)]),
    );
  }
  if (autodiff.logFocal) {
    const [a, b, c] = Array.from(autodiff.logFocal);
    compare(
      'focal',
      [a + b, c],
      [0, 2].map((camera) => shared[layout.cameraStart + layout.cameras.focal[camera]]),
    );
  }
  tf.dispose([value, ...grads, ...Object.values(tensors)]);
  objective.dispose();
});
