import * as tf from '@tensorflow/tfjs';
import { templateEmbedding } from '../../src/canonical/template-cube.js';
import { canonicalPhotometric } from '../../src/energies/canonical-photometric.js';
import { type ParameterName } from '../../src/energies/energy-term.js';
import { type CameraColumns, type PointForm, type PointModel } from '../../src/energies/gauss-newton-form.js';
import { sortByForm } from '../../src/fitting/gauss-newton/form-terms.js';
import { stageLayout } from '../../src/fitting/gauss-newton/layout.js';
import { NormalEquations } from '../../src/fitting/gauss-newton/normal-equations.js';
import { Objective } from '../../src/fitting/gauss-newton/objective.js';
import { type Problem } from '../../src/fitting/problem.js';
import { refreshTerms } from '../../src/fitting/refresh-terms.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { TensorObjective } from '../../src/fitting/tensor-objective.js';
import { unknownBlocks, unknownTensors } from '../../src/fitting/unknowns.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { syntheticCanonical } from '../../src/synth/synthetic-canonical.js';
import { plainProducts } from '../../src/tensor/product-engine.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { randomParameters } from '../fixtures/random-parameters.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const everything: ParameterName[] = ['shape', 'expression', 'jointPose', 'headPose', 'cameras', 'focal'];
const cameras = [
  createTestCamera({ id: 'left', yaw: -0.3, distortion: [-0.12, 0.05, 0.002, -0.003, 0.01], focal: 1400 }),
  createTestCamera({ id: 'right', yaw: 0.4, focal: 1400 }),
];
const truth = randomParameters(head, cameras, { frameCount: 2, seed: 3, strength: 0.6 });
const embedding = templateEmbedding(head, head);

/** The term alone, a little beside its minimum, with its Gauss-Newton equations and its tensor form. */
async function bothForms() {
  const maps = syntheticCanonical(head, truth, embedding, { size: 192 });
  const { terms, template } = canonicalPhotometric(maps, head, { embedding, sampleCount: 300 });
  const parameters = { ...truth, headTranslation: truth.headTranslation.map((x, i) => x + 0.004 * Math.cos(i)) };
  parameters.canonicalTexture = template!.map((value, i) => value + 0.01 * Math.sin(i));
  const problem: Problem = {
    head,
    terms: terms.slice(0, 1),
    times: Float64Array.of(0, 0.04),
    cameras,
    offsetVertices: new Int32Array(0),
    freeJoints: Uint8Array.from(head.parents, (parent) => (parent < 0 ? 0 : 1)),
    freeCameras: Uint8Array.of(0, 1),
    focalGroups: Int32Array.of(0, 1),
    canonicalTexture: template,
  };
  refreshTerms(problem, problem.terms, parameters);
  const forms = sortByForm(problem.terms);
  const layout = stageLayout(problem, everything, new Set(problem.terms[0].reads));
  const objective = new Objective(problem, forms, layout, parameters);
  await objective.prepare(plainProducts);
  const equations = new NormalEquations(layout, false);
  const evaluation = await objective.evaluate(parameters);
  await objective.linearise(parameters, evaluation, equations);
  const tensors = new TensorObjective(problem, problem.terms, parameters);
  return { problem, parameters, layout, objective, equations, evaluation, tensors };
}

beforeAll(() => tf.setBackend('cpu'));

test('energy and gradient are those of the tensor form to a thousandth', async () => {
  const { problem, parameters, layout, equations, evaluation, tensors } = await bothForms();
  const blocks = unknownBlocks(problem, parameters);
  const values = unknownTensors(blocks);
  const names = blocks.map(({ name }) => name).filter((name) => name !== 'canonicalTexture');
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
    tensors.energy({ ...values, ...Object.fromEntries(names.map((name, k) => [name, xs[k]])) } as typeof values),
  )(names.map((name) => values[name]!));
  expect(evaluation.energy / value.dataSync()[0]).toBeCloseTo(1, 4);
  const gradient = Object.fromEntries(names.map((name, k) => [name, Array.from(grads[k].dataSync())]));
  const { frames, shared } = equations.gradient;
  const n = layout.frameSize;
  const [S, E, J, C] = [head.shape.count, head.expression.count, head.parents.length, cameras.length];
  const ofFrames = (width: number, start: number) => (_: unknown, i: number) =>
    frames[Math.floor(i / width) * n + start + (i % width)];
  const expected: Record<string, number[]> = {
    headTurn: gradient.headTurn.map(ofFrames(3, 0)),
    headTranslation: gradient.headTranslation.map(ofFrames(3, 3)),
    expression: gradient.expression.map(ofFrames(E, layout.poseSize)),
    shape: gradient.shape.map((_, i) => shared[i]),
    logFocal: gradient.logFocal.map((_, c) => shared[layout.cameraStart + layout.cameras.focal[c]]),
    // Of two cameras only the second moves.
    cameraMotion: gradient.cameraMotion.filter((_, i) => i % C === 1).map((_, k) => shared[S + k]),
    jointPose: layout.joints.flatMap((_, k) =>
      [0, 1].flatMap((f) => [0, 1, 2].map((a) => frames[f * n + 6 + k * 3 + a])),
    ),
  };
  gradient.cameraMotion = gradient.cameraMotion.filter((_, i) => i % C === 1);
  gradient.jointPose = layout.joints.flatMap((j) =>
    [0, 1].flatMap((f) => [0, 1, 2].map((a) => gradient.jointPose[(f * J + j) * 3 + a])),
  );
  for (const name of names) {
    const size = Math.max(...gradient[name].map(Math.abs));
    const worst = Math.max(...gradient[name].map((one, i) => Math.abs(one - expected[name][i]))) / size;
    if (!(worst < 1e-3))
      throw new Error(`${name}: expected ${gradient[name].slice(0, 6)}, got ${expected[name].slice(0, 6)}.`);
  }
  tensors.dispose();
  tf.dispose([value, ...grads, ...Object.values(values)]);
});

test('the matrix of each point is the square of its Jacobian', () => {
  const one = { ...truth, cameras: cameras.slice(0, 1) };
  const maps = syntheticCanonical(head, one, embedding, { size: 192 });
  const [sigma, shift] = [0.02, 1e-4];
  const { terms, template } = canonicalPhotometric(maps, head, { embedding, robust: false, sigma, discrepancy: 0 });
  const [term] = terms;
  const form = term.gaussNewton as PointForm;
  const count = form.points.faces.length;
  const world = Float64Array.from(interpolateSurface(worldVertices(head, one, 1), 3, head.faces, form.points));
  const known: CameraColumns = { count: 0, motion: Int32Array.of(-1), focal: Int32Array.of(-1) };
  /** The term's model with every target moved along one canonical axis. */
  const modelAt = (axis: number, by: number) => {
    const canonicalTexture = template!.map((value, i) => value + (i % 3 === axis ? by : 0));
    refreshTerms({ head }, [term], { ...one, canonicalTexture });
    const model: PointModel = {
      hessian: new Float64Array(count * 6),
      gradient: new Float64Array(count * 3),
      cameraGradient: new Float64Array(0),
      cameraHessian: new Float64Array(0),
      cameraCross: [],
    };
    form.evaluate(1, world, one.cameras, known, 1, model);
    return model;
  };
  const { hessian } = modelAt(0, 0);
  const weights = term.observationWeights!.subarray(count);
  const moved = [0, 1, 2].map((axis) => [modelAt(axis, shift), modelAt(axis, -shift)].map(({ gradient }) => gradient));
  const greatest = Math.max(...hessian);
  for (let n = 0; n < count; n++) {
    if (weights[n] === 0) continue;
    // The gradient is w J' (U - I) / sigma: its change with U is a row of J.
    const rows = moved.map(([up, down]) =>
      [0, 1, 2].map((k) => ((up[n * 3 + k] - down[n * 3 + k]) * sigma) / (2 * shift * weights[n])),
    );
    [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
      [2, 2],
    ].forEach(([k, l], entry) => {
      const squares = weights[n] * rows.reduce((sum, row) => sum + row[k] * row[l], 0);
      expect(Math.abs(squares - hessian[n * 6 + entry])).toBeLessThan(1e-3 * greatest);
    });
  }
});
