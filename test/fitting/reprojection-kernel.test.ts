import * as tf from '@tensorflow/tfjs';
import { alignmentEnergy } from '../../src/energies/alignment.js';
import { type EnergyTerm } from '../../src/energies/energy-term.js';
import { cauchyLoss } from '../../src/energies/robust-loss.js';
import { TensorObjective } from '../../src/fitting/tensor-objective.js';
import { hasReprojectionKernel } from '../../src/fitting/reprojection-kernel.js';
import { unknownBlocks, unknownTensors, type UnknownTensors } from '../../src/fitting/unknowns.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { projectAlignment } from '../fixtures/project-alignment.js';
import { seeded } from '../fixtures/seeded.js';
import { createTermParameters, createTermProblem } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const problem = createTermProblem(head, []);
const parameters = createTermParameters(problem, 1);
const observed = createTermParameters(problem, 0.8, 12);

/** An alignment in which a tenth of the observations is missing and a tenth is far off. */
function createTerm(points = vertexSurfacePoints(head), robust: EnergyTerm['robust'] = cauchyLoss(3)): EnergyTerm {
  const random = seeded(8);
  const alignment = projectAlignment(head, observed, points, { sigma: 2, keep: () => random() > 0.1 });
  for (let i = 0; i < alignment.mu.length; i += 20) alignment.mu[i] += 200;
  return { ...alignmentEnergy(alignment, head, { weight: 1.5 }), robust };
}

function evaluate(term: EnergyTerm, fused: boolean, at = parameters) {
  const objective = new TensorObjective(problem, [term], at, fused);
  const tensors = unknownTensors(unknownBlocks(problem, at));
  const names = Object.keys(tensors) as (keyof UnknownTensors)[];
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
    objective.energy(Object.fromEntries(names.map((name, k) => [name, xs[k]])) as unknown as UnknownTensors),
  )(names.map((name) => tensors[name]!));
  const result = {
    energy: value.dataSync()[0],
    gradients: grads.map((gradient) => Float32Array.from(gradient.dataSync())),
    names,
  };
  objective.dispose();
  tf.dispose([value, ...grads, ...Object.values(tensors)]);
  return result;
}

function expectSame(term: EnergyTerm, at = parameters): void {
  const [kernel, tensors] = [evaluate(term, true, at), evaluate(term, false, at)];
  expect(Math.abs(kernel.energy / tensors.energy - 1)).toBeLessThan(1e-5);
  tensors.names.forEach((name, k) => {
    const scale = tensors.gradients[k].reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
    const worst = tensors.gradients[k].reduce(
      (most, value, i) => Math.max(most, Math.abs(value - kernel.gradients[k][i])),
      0,
    );
    expect({ name, close: worst <= 1e-4 * scale }).toEqual({ name, close: true });
  });
}

beforeAll(startTestBackend);

test('energy and every gradient are those of tfjs operations, with missing and wrong observations', () => {
  expectSame(createTerm());
});

test('so they are for points inside triangles, whose number is no multiple of four', () => {
  expectSame(createTerm(head.landmarks478!));
  const { faces, barycentric } = head.landmarks478!;
  expectSame(createTerm({ faces: faces.slice(0, 7), barycentric: barycentric.slice(0, 21) }));
});

test('so they are for plain squares', () => {
  expectSame({ ...createTerm(), robust: undefined });
});

test('so they are at the zero pose and where the head is behind a camera', () => {
  expectSame(createTerm(), createTermParameters(problem, 0));
  const behind = createTermParameters(problem, 1);
  for (let f = 0; f < 4; f++) behind.headTranslation[f * 3 + 2] += f < 2 ? 0 : 1.2;
  expectSame(createTerm(), behind);
});

test('a loss that the kernel does not know leaves the term to tfjs operations', () => {
  const huber = { name: 'other', rho: (s: tf.Tensor) => tf.sqrt(tf.add(s, 1)), value: () => 0, weight: () => 0 };
  expect(hasReprojectionKernel(createTerm())).toBe(true);
  expect(hasReprojectionKernel({ ...createTerm(), robust: huber })).toBe(false);
});

test('leaves no tensor behind', () => {
  const term = createTerm();
  evaluate(term, true);
  const before = tf.memory().numTensors;
  evaluate(term, true);
  expect(tf.memory().numTensors).toBe(before);
});
