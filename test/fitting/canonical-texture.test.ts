import { templateEmbedding } from '../../src/canonical/template-cube.js';
import { type CanonicalSequence } from '../../src/canonical/canonical-map.js';
import { canonicalSamples } from '../../src/energies/canonical-samples.js';
import { CanonicalTexture, templateTexture } from '../../src/energies/canonical-texture.js';
import { solveTexture } from '../../src/energies/texture-solve.js';
import { buildProblem } from '../../src/fitting/build-problem.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { refreshTerms } from '../../src/fitting/refresh-terms.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { createRandom } from '../../src/synth/random.js';
import { syntheticCanonical } from '../../src/synth/synthetic-canonical.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { projectAlignment } from '../fixtures/project-alignment.js';
import { randomParameters } from '../fixtures/random-parameters.js';
import { vertexErrorMm } from '../fixtures/synthetic-capture.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const embedding = templateEmbedding(head, head);
const cameras = [createTestCamera({ focal: 1800 })];
const solver = gaussNewton();

/** A person whose canonical places are off the template's by up to four per cent of the cube, smoothly. */
const personal = embedding.map((value, i) => {
  const [x, y] = [head.template[i - (i % 3)], head.template[i - (i % 3) + 1]];
  return value + 0.04 * Math.sin(20 * x + 15 * y + (i % 3));
});

function video(frameCount: number, seed: number): FitParameters {
  const truth = randomParameters(head, cameras, { frameCount, seed, strength: 0.5 });
  for (let f = 0; f < frameCount; f++) {
    const yaw = 0.7 * Math.sin((2 * Math.PI * f) / 20);
    truth.headRotation.set([Math.cos(yaw), 0, Math.sin(yaw), 0, 1, 0, -Math.sin(yaw), 0, Math.cos(yaw)], f * 9);
  }
  return truth;
}

/** Root mean square distance, over the samples that some frame sees, between a texture's targets and the true places. */
function textureError(
  canonical: CanonicalSequence,
  parameters: FitParameters,
  texture: Float64Array,
  truth: ArrayLike<number>,
) {
  const samples = canonicalSamples(head, embedding);
  const target = new CanonicalTexture(
    samples,
    templateTexture(head, embedding, 32),
    { anchorSigma: 1, smoothSigma: 1 },
    undefined,
  );
  const scene = { cameras, vertices: () => new Float32Array(0), neutral: () => new Float64Array(0), solves: [] };
  const got = target.at({ ...scene, canonicalTexture: texture });
  const expected = interpolateSurface(truth, 3, head.faces, samples.points);
  const problem = buildProblem({ head, cameras, alignment: blind(parameters), canonical });
  const term = problem.terms.find(({ name }) => name === 'canonical')!;
  refreshTerms(problem, [term], { ...parameters, canonicalTexture: problem.canonicalTexture! });
  const weights = term.observationWeights!;
  const count = samples.points.faces.length;
  let [squares, seen] = [0, 0];
  for (let n = 0; n < count; n++) {
    if (!weights.some((weight, i) => i % count === n && weight > 0)) continue;
    seen++;
    for (let axis = 0; axis < 3; axis++) squares += (got[n * 3 + axis] - expected[n * 3 + axis]) ** 2;
  }
  expect(seen).toBeGreaterThan(count / 3);
  return Math.sqrt(squares / seen);
}

function blind(parameters: FitParameters) {
  return projectAlignment(head, parameters, vertexSurfacePoints(head), { keep: () => false });
}

test('a texture without evidence is zero, and a single sample pulls its texels to itself', () => {
  const samples = canonicalSamples(head, embedding, { count: 50, textureSize: 8 });
  const [wanted, weights] = [new Float64Array(150), new Float64Array(50)];
  const prior = { anchorSigma: 1, smoothSigma: 1e6 };
  expect(Math.max(...solveTexture(samples, wanted, weights, prior).map(Math.abs))).toBe(0);
  weights[7] = 3;
  wanted.set([1, 0, -2], 21);
  const texture = solveTexture(samples, wanted, weights, prior);
  // One equation with weights a: d = a w t / (1 + w |a|^2).
  const own = samples.texelWeights.subarray(28, 32);
  const square = own.reduce((sum, a) => sum + a * a, 0);
  [0, 1, 2, 3].forEach((k) => {
    const texel = samples.texels[28 + k];
    [1, 0, -2].forEach((t, axis) => {
      expect(texture[texel * 3 + axis]).toBeCloseTo((own[k] * 3 * t) / (1 + 3 * square), 5);
    });
  });
});

test('is recovered to one per cent of the cube from 30 frames, noise of two per cent and ten per cent outliers', async () => {
  const truth = video(30, 2);
  const random = createRandom(4);
  const alignment = projectAlignment(head, truth, vertexSurfacePoints(head), { sigma: 2, random });
  const canonical = syntheticCanonical(head, truth, personal, { size: 256, noise: 0.02, outliers: 0.1 });
  const { parameters } = await fitSequence({ head, cameras, alignment, solver, joints: ['jaw'] });
  const problem = buildProblem({ head, cameras, alignment, canonical });
  const canonicalTexture = problem.canonicalTexture!.slice();
  expect(textureError(canonical, truth, canonicalTexture, personal)).toBeGreaterThan(0.03);
  refreshTerms(problem, problem.terms, { ...parameters, canonicalTexture }, ['canonicalTexture']);
  const error = textureError(canonical, truth, canonicalTexture, personal);
  expect(error).toBeLessThan(0.01);
});

test('texture and pose of a monocular video do not drift together', async () => {
  const truth = video(16, 5);
  const random = createRandom(6);
  const alignment = projectAlignment(head, truth, head.landmarks68!, { sigma: 2, random, source: 'landmarks' });
  const canonical = syntheticCanonical(head, truth, embedding, { size: 192, noise: 0.02, outliers: 0.1 });
  const fits = await Promise.all(
    [0, 32].map((textureSize) => {
      const terms = { canonical: { textureSize, sampleCount: 400 } };
      return fitSequence({ head, cameras, alignment, canonical, solver, terms, joints: ['jaw'] });
    }),
  );
  const [fixed, free] = fits.map(({ parameters }) => vertexErrorMm(head, parameters, truth));
  const drift = textureError(canonical, truth, fits[1].parameters.canonicalTexture, embedding);
  expect(drift).toBeLessThan(0.01);
  expect(free).toBeLessThan(1.15 * fixed);
});
