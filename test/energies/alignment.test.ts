import { type Alignment } from '../../src/alignment/alignment.js';
import { fuseAlignments } from '../../src/alignment/fuse-alignments.js';
import { alignmentEnergy, pictureRepetition } from '../../src/energies/alignment.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { createRandom } from '../../src/synth/random.js';
import { projectAlignment, type ProjectAlignmentOptions } from '../fixtures/project-alignment.js';
import { checkTermGradients, createTermParameters, createTermProblem, termEnergy } from '../fixtures/term-energy.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const problem = createTermProblem(head, []);
const parameters = createTermParameters(problem, 1);

function observe(options: ProjectAlignmentOptions, points = head.landmarks478!): Alignment {
  return projectAlignment(head, parameters, points, options);
}

function withTerm(alignment: Alignment, options?: Parameters<typeof alignmentEnergy>[2]) {
  return { ...problem, terms: [alignmentEnergy(alignment, head, options)] };
}

beforeAll(startTestBackend);

test('is zero where every point projects onto its observation', () => {
  expect(termEnergy(withTerm(observe({})), parameters)).toBeLessThan(1e-4);
});

test('every point one sigma away: half the effective count per picture', () => {
  const alignment = observe({ sigma: 2 });
  for (let i = 0; i < alignment.mu.length; i += 2) alignment.mu[i] += 2;
  const energy = termEnergy(withTerm(alignment, { effectiveCount: 100, robust: false, discrepancy: 0 }), parameters);
  const pictures = alignment.frameCount * alignment.viewCount;
  expect(energy / pictures).toBeGreaterThan(0.5 * 100 * 0.9);
  expect(energy / pictures).toBeLessThan(0.5 * 100 * 1.01);
});

test('the discrepancy widens sigma by as many pixels as it has at the size of the face', () => {
  const alignment = observe({ sigma: 1 });
  for (let i = 0; i < alignment.mu.length; i += 2) alignment.mu[i] += 2;
  const energy = (discrepancy: number) => termEnergy(withTerm(alignment, { robust: false, discrepancy }), parameters);
  // The cameras stand at about one metre with a focal length of 900 pixels, so two millimetres are about 1.8 pixels.
  expect(energy(0) / energy(0.002)).toBeGreaterThan(1 + 1.4 ** 2);
  expect(energy(0) / energy(0.002)).toBeLessThan(1 + 2 ** 2);
});

test('absent observations weigh nothing and the rest of the picture as much as before', () => {
  const alignment = observe({ sigma: 2, keep: (frame, view, point) => !(frame === 1 && view === 0) && point % 3 > 0 });
  alignment.mu.forEach((_, i) => (alignment.mu[i] += i % 2 === 0 && alignment.sigma[i >> 1] > 0 ? 2 : 0));
  const term = alignmentEnergy(alignment, head, { effectiveCount: 90, discrepancy: 0 });
  const perPicture = term.observationWeights!;
  const N = alignment.points.faces.length;
  const totals = Array.from({ length: 8 }, (_, image) =>
    perPicture.subarray(image * N, (image + 1) * N).reduce((sum, weight) => sum + weight, 0),
  );
  totals.forEach((total, image) => expect(total).toBeCloseTo(image === 1 ? 0 : 90, 2));
});

test('pictures with correlated errors repeat each other: the design effect, counted over pictures that saw something', () => {
  const seen = { ...observe({}), source: 'landmarks' as const };
  const pictures = seen.frameCount * seen.viewCount;
  expect(pictureRepetition(seen, { repeatedShare: 0.5 })).toBe(1 + (pictures - 1) * 0.5);
  expect(pictureRepetition(seen, { repeatedShare: 0 })).toBe(1);
  expect(pictureRepetition(seen)).toBeGreaterThan(2);
  expect(pictureRepetition({ ...seen, source: 'file' })).toBe(1);
  const one = observe({ keep: (frame, view) => frame === 1 && view === 0 });
  expect(pictureRepetition(one, { repeatedShare: 1 })).toBe(1);
  expect(() => pictureRepetition(seen, { repeatedShare: 1.5 })).toThrow(
    'alignment: expected a repeatedShare from 0 to 1, got 1.5.',
  );
});

test('lambda of a dense alignment follows the vertex weights, of landmarks it does not', () => {
  const points = vertexSurfacePoints(head);
  const dense = alignmentEnergy(observe({}, points), head).observationWeights!;
  const [inside, outside] = [head.regions.face.indexOf(1), head.regions.neck.indexOf(1)];
  expect(dense[outside] / dense[inside]).toBeCloseTo(0.005, 6);
  const ball = head.regions.eyeballs.indexOf(1);
  expect(dense[ball]).toBe(dense[inside]);
  const fromFile = alignmentEnergy(observe({ source: 'file' }, points), head).observationWeights!;
  expect(fromFile[ball] / fromFile[inside]).toBeCloseTo(0.005, 6);
  const landmarks = alignmentEnergy(observe({ source: 'landmarks' }, points), head).observationWeights!;
  expect(landmarks[outside]).toBe(landmarks[inside]);
  expect(landmarks[ball] / landmarks[inside]).toBeCloseTo(5, 5);
});

test.each([
  ['random parameters', 1],
  ['the zero pose', 0],
])('its gradient agrees with central differences at %s', async (_, strength) => {
  const alignment = observe({ sigma: [5, 20], random: createRandom(2) }, head.landmarks68!);
  await checkTermGradients(withTerm(alignment), createTermParameters(problem, strength, 9));
});

test('a NaN among the observations is refused where it stands', () => {
  const alignment = observe({});
  alignment.mu[5] = NaN;
  expect(() => alignmentEnergy(alignment, head)).toThrow(
    'alignment: expected finite pixels and sigma >= 0, got NaN at frame 0, camera left, point 2.',
  );
});

test('of several observers each weighs as it does alone', () => {
  const [few, many] = [
    { ...observe({ sigma: 3 }), source: 'landmarks' as const },
    { ...observe({ sigma: 2 }, vertexSurfacePoints(head)), source: 'uv-flow' as const },
  ];
  for (const { mu } of [few, many]) for (let i = 0; i < mu.length; i += 2) mu[i] += 2;
  const energy = (alignment: Alignment) => termEnergy(withTerm(alignment, { discrepancy: 0 }), parameters);
  const fused = fuseAlignments([few, many]);
  expect(fused.source).toBe('fused');
  expect(energy(fused) / (energy(few) + energy(many))).toBeCloseTo(1, 3);
});
