import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { type FitProgress } from '../../src/fitting/run-stages.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createCapture, createTestRig, vertexErrorMm } from '../fixtures/synthetic-capture.js';
import { startTestBackend } from '../fixtures/test-backend.js';

const landmarks = { points: (head: ReturnType<typeof createCapture>['head']) => head.landmarks68! };
const solver = gaussNewton();

beforeAll(startTestBackend);

test('calibrated cameras recover the head with the default weights, in a frame that one of them missed too', async () => {
  const capture = createCapture({ sigma: 0.5, keep: (frame, view) => !(frame === 1 && view === 0) });
  const result = await fitSequence({ ...capture, solver });
  expect(['converged', 'maxSteps']).toContain(result.status);
  expect(vertexErrorMm(capture.head, result.parameters, capture.truth)).toBeLessThan(0.5);
  expect(result.residuals.medianPx).toBeLessThan(0.5);
  expect(result.residuals.perImagePx[3]).toBeNaN();
  expect(Array.from(result.frameObserved)).toEqual([1, 1, 1]);
  expect(result.stages.map(({ stage }) => stage)).toEqual(['pose', 'face', 'all']);
});

test('a stiff temporal term against many landmarks converges', async () => {
  const capture = createCapture({ ...landmarks, frameCount: 8 });
  const terms = { temporalSmoothness: { sigma: 0.5, effectiveCount: 200 }, alignment: { effectiveCount: 200 } };
  const result = await fitSequence({ ...capture, terms });
  expect(result.message).toBeUndefined();
  expect(result.status).toBe('converged');
});

test('frames that no camera saw are marked and stand between their neighbours', async () => {
  const capture = createCapture({ ...landmarks, frameCount: 5, keep: (frame) => frame !== 2 });
  const result = await fitSequence({ ...capture, solver });
  expect(Array.from(result.frameObserved)).toEqual([1, 1, 0, 1, 1]);
  const x = (f: number) => result.parameters.headTranslation[f * 3];
  expect(Math.abs(x(2) - (x(1) + x(3)) / 2)).toBeLessThan(2e-3);
});

test('one camera of unknown focal length finds it from a near head', async () => {
  const cameras = [createTestCamera({ focal: 900, distance: 0.4 })];
  const capture = createCapture({ ...landmarks, cameras, frameCount: 4, sigma: 0.3, strength: 0.3 });
  const result = await fitSequence({ head: capture.head, alignment: capture.alignment, solver });
  expect(Math.abs(result.parameters.cameras[0].K[0] / 900 - 1)).toBeLessThan(0.06);
  expect(result.residuals.medianPx).toBeLessThan(0.5);
});

test('photographs in no order share the shape and nothing else', async () => {
  const capture = createCapture({ ...landmarks, cameras: createTestRig(1) });
  const result = await fitSequence({ ...capture, unordered: true, solver });
  expect(result.problem.terms.map(({ name }) => name)).not.toContain('temporalSmoothness');
  expect(result.parameters.shape.length).toBe(capture.head.shape.count);
  expect(result.residuals.medianPx).toBeLessThan(2);
});

test('no observation at all is a status with the neutral head, not a throw', async () => {
  const capture = createCapture({ ...landmarks, keep: () => false });
  const result = await fitSequence(capture);
  expect(result.status).toBe('noObservations');
  expect(result.message).toBe('no face was seen in any frame.');
  expect(result.stages).toEqual([]);
  expect(result.solver.iterations).toBe(0);
});

test('progress counts stages and steps; an abort in the middle returns what there is', async () => {
  const capture = createCapture(landmarks);
  const controller = new AbortController();
  const seen: FitProgress[] = [];
  const onProgress = (progress: FitProgress) => {
    seen.push(progress);
    if (progress.stageIndex === 1 && progress.step === 2) controller.abort();
  };
  const result = await fitSequence({ ...capture, onProgress, signal: controller.signal });
  expect(result.status).toBe('aborted');
  expect(result.stages.length).toBe(2);
  expect(seen[0]).toMatchObject({ stage: 'pose', stageIndex: 0, stageCount: 3, step: 0 });
  expect(seen[seen.length - 1]).toMatchObject({ stage: 'face', stageIndex: 1, step: 2 });
  expect(result.parameters.headTranslation.every(Number.isFinite)).toBe(true);
});

test('cameras that do not match the alignment are refused', async () => {
  const { head, cameras, alignment } = createCapture(landmarks);
  await expect(fitSequence({ head, alignment, cameras: cameras.slice(0, 2) })).rejects.toThrow(
    'fitSequence: expected 3 cameras as in the alignment, got 2.',
  );
});

test('a NaN among the observations is refused by name', async () => {
  const { head, cameras, alignment } = createCapture(landmarks);
  alignment.mu[3] = NaN;
  await expect(fitSequence({ head, alignment, cameras })).rejects.toThrow('got NaN at frame 0, camera cam0, point 1.');
});
