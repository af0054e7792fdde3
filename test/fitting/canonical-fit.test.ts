import { type CanonicalSequence } from '../../src/canonical/canonical-map.js';
import { templateEmbedding } from '../../src/canonical/template-cube.js';
import { adamw } from '../../src/fitting/adamw.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { copyParameters } from '../../src/fitting/parameters.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { syntheticCanonical } from '../../src/synth/synthetic-canonical.js';
import { createCapture, createTestRig, vertexErrorMm } from '../fixtures/synthetic-capture.js';
import { startTestBackend } from '../fixtures/test-backend.js';

const cameras = createTestRig(2);
const capture = createCapture({
  cameras,
  frameCount: 3,
  sigma: 1,
  points: ({ landmarks68 }) => landmarks68!,
  source: 'landmarks',
});
const { head, truth, alignment } = capture;
const embedding = templateEmbedding(head, head);
const canonical = syntheticCanonical(head, truth, embedding, { size: 192 });
const blind = { ...alignment, sigma: new Float32Array(alignment.sigma.length) };

beforeAll(startTestBackend);

test('both solvers end within a tenth of a millimetre of each other', async () => {
  const common = { head, cameras, alignment, canonical, joints: ['jaw'] };
  const terms = { canonical: { textureSize: 0, sampleCount: 400 } };
  const newton = await fitSequence({ ...common, terms, solver: gaussNewton() });
  // AdamW begins beside that minimum and has to find it again.
  const beside = copyParameters(newton.parameters);
  beside.headTranslation.forEach((_, i) => (beside.headTranslation[i] += 0.002 * Math.cos(i)));
  beside.shape.forEach((_, k) => (beside.shape[k] += 0.1 * Math.sin(k)));
  expect(vertexErrorMm(head, beside, newton.parameters)).toBeGreaterThan(1);
  const again = await fitSequence({
    ...common,
    terms,
    initial: beside,
    solver: adamw(),
    stages: [{ name: 'all', free: ['headPose', 'shape', 'expression', 'jointPose'], maxSteps: 800, tolerance: 1e-6 }],
  });
  expect(vertexErrorMm(head, again.parameters, newton.parameters)).toBeLessThan(0.1);
});

test('canonical maps alone track a head that no landmark was seen of', async () => {
  const { parameters, frameObserved } = await fitSequence({
    head,
    cameras,
    alignment: blind,
    canonical,
    solver: gaussNewton(),
  });
  expect(Array.from(frameObserved)).toEqual([1, 1, 1]);
  expect(vertexErrorMm(head, parameters, truth)).toBeLessThan(2);
});

test('frames without maps are missing observations, maps of another sequence an error', async () => {
  const maps = canonical.maps.map((map, image) => (image < 2 ? undefined : map));
  const some: CanonicalSequence = { ...canonical, maps };
  const { parameters } = await fitSequence({
    head,
    cameras,
    alignment,
    canonical: some,
    solver: gaussNewton(),
  });
  expect(vertexErrorMm(head, parameters, truth)).toBeLessThan(3);
  const short = { ...canonical, frameCount: 2, maps: maps.slice(0, 4) };
  await expect(fitSequence({ head, cameras, alignment, canonical: short })).rejects.toThrow(
    'canonical maps: expected 3 frames and 2 cameras as in the alignment, got 2 and 2.',
  );
});
