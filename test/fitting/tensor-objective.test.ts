import * as tf from '@tensorflow/tfjs';
import { alignmentEnergy } from '../../src/energies/alignment.js';
import { modelPrior } from '../../src/energies/model-prior.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { TensorObjective } from '../../src/fitting/tensor-objective.js';
import { unknownBlocks, unknownTensors } from '../../src/fitting/unknowns.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { projectPoints } from '../../src/geometry/project.js';
import { projectAlignment } from '../fixtures/project-alignment.js';
import { createTermParameters, createTermProblem } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const problem = createTermProblem(head, []);
const parameters = createTermParameters(problem, 1);
const points = head.landmarks68!;
const elsewhere = createTermParameters(problem, 0.8, 12);

beforeAll(startTestBackend);

test('the alignment energy is that of a plain double-precision evaluation', () => {
  const alignment = projectAlignment(head, elsewhere, points, { sigma: 3 });
  const term = alignmentEnergy(alignment, head, { weight: 2, effectiveCount: 50, discrepancy: 0 });
  const objective = new TensorObjective(problem, [term], parameters);
  const energy = objective.energy(unknownTensors(unknownBlocks(problem, parameters))).dataSync()[0];
  objective.dispose();
  let expected = 0;
  for (let f = 0; f < 4; f++) {
    const world = interpolateSurface(worldVertices(head, parameters, f), 3, head.faces, points);
    parameters.cameras.forEach((camera, c) => {
      const { pixels } = projectPoints(world, camera);
      for (let n = 0; n < 68; n++) {
        const i = ((f * 2 + c) * 68 + n) * 2;
        const squared = ((pixels[n * 2] - alignment.mu[i]) ** 2 + (pixels[n * 2 + 1] - alignment.mu[i + 1]) ** 2) / 9;
        expected += 0.5 * 2 * (50 / 68) * term.robust!.value(squared);
      }
    });
  }
  expect(Math.abs(energy / expected - 1)).toBeLessThan(2e-3);
});

test('the energy is the sum over its terms, by name', () => {
  const alignment = projectAlignment(head, elsewhere, points);
  const objective = new TensorObjective(problem, [alignmentEnergy(alignment, head), modelPrior(head)], parameters);
  const tensors = unknownTensors(unknownBlocks(problem, parameters));
  const total = objective.energy(tensors).dataSync()[0];
  const byTerm = objective.energyByTerm(tensors);
  expect(Object.keys(byTerm)).toEqual(['alignment', 'modelPrior']);
  expect(byTerm.alignment + byTerm.modelPrior).toBeCloseTo(total, 1);
  expect([...objective.reads()]).toEqual(expect.arrayContaining(['shape', 'cameras', 'focal', 'offsets']));
});

test('leaves no tensor behind', () => {
  const before = tf.memory().numTensors;
  const alignment = projectAlignment(head, elsewhere, points);
  const objective = new TensorObjective(problem, [alignmentEnergy(alignment, head), modelPrior(head)], parameters);
  const tensors = unknownTensors(unknownBlocks(problem, parameters));
  tf.dispose(objective.energy(tensors));
  objective.energyByTerm(tensors);
  tf.dispose(Object.values(tensors));
  objective.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('a term that asks for points it did not declare is told so', () => {
  const term = { ...alignmentEnergy(projectAlignment(head, elsewhere, points), head), points: [head.landmarks478!] };
  const objective = new TensorObjective(problem, [term], parameters);
  expect(() => objective.energy(unknownTensors(unknownBlocks(problem, parameters)))).toThrow(
    'tensor objective: a term asked for surface points that it does not declare.',
  );
});
