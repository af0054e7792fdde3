import * as tf from '@tensorflow/tfjs';
import { templateEmbedding } from '../../src/canonical/template-cube.js';
import { canonicalPhotometric, type CanonicalTermOptions } from '../../src/energies/canonical-photometric.js';
import { cauchyLoss } from '../../src/energies/robust-loss.js';
import { copyParameters, type FitParameters } from '../../src/fitting/parameters.js';
import { type Problem } from '../../src/fitting/problem.js';
import { refreshTerms } from '../../src/fitting/refresh-terms.js';
import { TensorObjective } from '../../src/fitting/tensor-objective.js';
import { unknownBlocks, unknownTensors, type UnknownTensors } from '../../src/fitting/unknowns.js';
import { syntheticCanonical } from '../../src/synth/synthetic-canonical.js';
import { checkGradient } from '../fixtures/check-gradient.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { randomParameters } from '../fixtures/random-parameters.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const embedding = templateEmbedding(head, head);
const lens = [-0.12, 0.05, 0.002, -0.003, 0];
const cameras = [
  createTestCamera({ id: 'left', yaw: -0.3, distortion: lens, focal: 1400 }),
  createTestCamera({ id: 'right', yaw: 0.4, focal: 1400 }),
];
const truth = randomParameters(head, cameras, { frameCount: 2, seed: 3, strength: 0.6 });
const maps = syntheticCanonical(head, truth, embedding, { size: 192 });

beforeAll(() => startTestBackend());

function problemWith(options: CanonicalTermOptions): Problem {
  const { terms, template } = canonicalPhotometric(maps, head, { embedding, sampleCount: 300, ...options });
  return {
    head,
    terms,
    times: Float64Array.of(0, 0.04),
    cameras,
    offsetVertices: new Int32Array(0),
    freeJoints: Uint8Array.from(head.parents, (parent) => (parent < 0 ? 0 : 1)),
    freeCameras: Uint8Array.of(0, 1),
    focalGroups: Int32Array.of(0, 1),
    canonicalTexture: template,
  };
}

function at(problem: Problem, parameters: FitParameters): FitParameters {
  return { ...copyParameters(parameters), canonicalTexture: Float64Array.from(problem.canonicalTexture ?? []) };
}

function energyAt(problem: Problem, parameters: FitParameters): Record<string, number> {
  const objective = new TensorObjective(problem, problem.terms, parameters);
  const tensors = unknownTensors(unknownBlocks(problem, parameters));
  const energies = objective.energyByTerm(tensors);
  objective.dispose();
  tf.dispose(Object.values(tensors));
  return energies;
}

test('is almost nothing at the truth, and grows as the square of a small displacement', () => {
  const problem = problemWith({ robust: false, discrepancy: 0 });
  const energies = [0, 0.004, 0.008].map((shift) => {
    const parameters = at(problem, truth);
    for (let f = 0; f < 2; f++) parameters.headTranslation[f * 3 + 1] += shift;
    refreshTerms(problem, problem.terms, at(problem, truth));
    return energyAt(problem, parameters).canonical;
  });
  expect(energies[0]).toBeLessThan(0.05 * energies[1]);
  expect(energies[2] / energies[1]).toBeGreaterThan(3);
  expect(energies[2] / energies[1]).toBeLessThan(5);
});

test('gradients of pose, expression, focal length and texture agree with central differences', async () => {
  // Smooth between cells only: the samples' differences cross few cell borders in a short step.
  const problem = problemWith({ robust: cauchyLoss(3), sampleCount: 120, textureSize: 8 });
  const parameters = at(problem, truth);
  for (let i = 0; i < parameters.headTranslation.length; i++) parameters.headTranslation[i] += 0.003 * Math.cos(i);
  for (let i = 0; i < parameters.canonicalTexture.length; i++) parameters.canonicalTexture[i] += 0.01 * Math.sin(i);
  refreshTerms(problem, problem.terms, parameters);
  const objective = new TensorObjective(problem, problem.terms, parameters);
  const blocks = unknownBlocks(problem, parameters);
  const tensors = unknownTensors(blocks);
  for (const { name, step } of [
    { name: 'headTurn', step: 1e-3 },
    { name: 'headTranslation', step: 1e-4 },
    { name: 'jointPose', step: 2e-3 },
    { name: 'expression', step: 0.02 },
    { name: 'shape', step: 0.02 },
    { name: 'cameraMotion', step: 2e-4 },
    { name: 'logFocal', step: 5e-4 },
    { name: 'canonicalTexture', step: 2e-3 },
  ] as const) {
    const energy = (x: tf.Tensor) => objective.energy({ ...tensors, [name]: x } as UnknownTensors);
    try {
      await checkGradient(energy, tensors[name]!, { step, tolerance: 2e-2, entries: 8 });
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  }
  objective.dispose();
  tf.dispose(Object.values(tensors));
});
