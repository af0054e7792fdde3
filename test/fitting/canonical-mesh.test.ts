import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { shapeHead } from '../../src/flame/pose-head.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { applyAlignment } from '../../src/geometry/rigid-alignment.js';
import { syntheticCanonical } from '../../src/synth/synthetic-canonical.js';
import { createCapture, createTestRig } from '../fixtures/synthetic-capture.js';

const capture = createCapture({
  cameras: createTestRig(1),
  frameCount: 3,
  sigma: 3,
  points: ({ landmarks68 }) => landmarks68!,
  source: 'landmarks',
});
const { head, truth, alignment, cameras } = capture;

test('maps in the frame of the neutral head tell the shape, whatever similarity they are under', async () => {
  const neutral = shapeHead(head, { shape: truth.shape });
  const similarity = {
    rotation: rotationFromAxisAngle([0.1, -0.2, 0.05]),
    translation: Float64Array.of(0.3, -0.1, 2),
    scale: 1.7,
  };
  const canonical = syntheticCanonical(head, truth, applyAlignment(similarity, neutral), {
    space: 'flame-centred',
    size: 256,
  });
  const terms = { canonical: { sigma: 0.005, discrepancy: 0.001, sampleCount: 400 } };
  const fits = await Promise.all(
    [undefined, canonical].map((maps) =>
      fitSequence({ head, cameras, alignment, canonical: maps, terms, joints: ['jaw'], solver: gaussNewton() }),
    ),
  );
  const errors = fits.map(({ parameters }) =>
    parameters.shape.reduce((sum, value, k) => sum + (value - truth.shape[k]) ** 2, 0),
  );
  expect(fits[1].problem.terms.map(({ name }) => name)).toContain('canonicalNeutral');
  expect(errors[1]).toBeLessThan(0.25 * errors[0]);
});
