import { templateEmbedding } from '../../src/canonical/template-cube.js';
import { canonicalDepth } from '../../src/energies/canonical-depth.js';
import { points3d } from '../../src/energies/points-3d.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { refreshTerms } from '../../src/fitting/refresh-terms.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { syntheticCanonical } from '../../src/synth/synthetic-canonical.js';
import { createCapture, createTestRig, vertexErrorMm } from '../fixtures/synthetic-capture.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';

const capture = createCapture({ cameras: createTestRig(1), frameCount: 2, points: ({ landmarks68 }) => landmarks68! });
const { head, truth, alignment, cameras } = capture;
const skin = vertexSurfacePoints(head);

beforeAll(startTestBackend);

/** The truth's vertices with one that is absent. */
function seenInSpace(sigma: number) {
  const target = Float32Array.from([0, 1].flatMap((f) => Array.from(worldVertices(head, truth, f))));
  const sigmas = new Float32Array(2 * head.vertexCount).fill(sigma);
  sigmas[5] = 0;
  target.fill(NaN, 15, 18);
  return { points: skin, target, sigma: sigmas };
}

test('points in space: nothing at the truth, half the worth of a frame at one sigma, gradients, and a fit', async () => {
  const term = points3d(seenInSpace(0.002), { robust: false, effectiveCount: 100 });
  const problem = { ...createTermProblem(head, [term], 2), cameras };
  problem.freeCameras = Uint8Array.of(0);
  problem.focalGroups = Int32Array.of(-1);
  expect(termEnergy(problem, truth)).toBeLessThan(1e-6);
  const moved = { ...truth, headTranslation: truth.headTranslation.map((x, i) => x + (i % 3 === 1 ? 0.002 : 0)) };
  expect(termEnergy(problem, moved)).toBeCloseTo(100, 1);
  await checkTermGradients(problem, createTermParameters(problem, 0.5));
  const start = { ...truth, headTranslation: truth.headTranslation.map((x) => x + 0.01) };
  const extraTerms = [points3d(seenInSpace(0.001))];
  const fit = await fitSequence({
    head,
    cameras,
    alignment: { ...alignment, sigma: alignment.sigma.map(() => 50) },
    extraTerms,
    initial: start,
    solver: gaussNewton(),
  });
  expect(vertexErrorMm(head, fit.parameters, truth)).toBeLessThan(0.5);
});

test('depth: nothing at the truth, known when the head is moved away, and a scale that is solved', () => {
  const maps = syntheticCanonical(head, truth, templateEmbedding(head, head), { size: 320, depth: true });
  const problem = { ...createTermProblem(head, [], 2), cameras };
  problem.freeCameras = Uint8Array.of(0);
  problem.focalGroups = Int32Array.of(-1);
  const m = cameras[0].cameraFromWorld;
  const away = { ...truth, headTranslation: truth.headTranslation.map((x, i) => x + 0.005 * m[8 + (i % 3)]) };
  const energyOf = (sequence: typeof maps, metric: boolean, parameters: typeof truth) => {
    const term = canonicalDepth(sequence, head, skin, { sigma: 0.005, effectiveCount: 100, metric });
    refreshTerms(problem, [term], truth);
    return termEnergy({ ...problem, terms: [term] }, parameters);
  };
  const atTruth = energyOf(maps, true, truth);
  expect(atTruth).toBeLessThan(10);
  // One sigma in two images of worth 100: 1/2 rho(1) each, rho(1) = 9 log(1 + 1/9).
  expect(Math.abs(energyOf(maps, true, away) - 100 * 9 * Math.log1p(1 / 9))).toBeLessThan(15);
  const halved = {
    ...maps,
    maps: maps.maps.map((map) => map && { ...map, depth: map.depth!.map((value) => value / 2) }),
  };
  expect(energyOf(halved, false, truth)).toBeLessThan(10);
  expect(energyOf(halved, true, truth)).toBeGreaterThan(500);
});
