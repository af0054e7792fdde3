import { selectFrames } from '../../src/alignment/select-frames.js';
import { type FitCheckpoint, formatFitSnapshot, parseFitSnapshot } from '../../src/fitting/checkpoint.js';
import { fitSequence, type FitSequenceOptions } from '../../src/fitting/fit-sequence.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { flattenParameters, type FitParameters } from '../../src/fitting/parameters.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { overlappingWindows, spreadSubsets, windowShare } from '../../src/fitting/windows.js';
import { createAlignment, createArc, createMotion, vertexRms } from '../fixtures/synthetic-fit.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const frameCount = 48;
const windowFrames = 27;
const cameras = createArc(2);
const truth = createMotion(head, cameras, frameCount, { rest: 0.5 });
const alignment = createAlignment(head, truth, { points: head.landmarks68!, noise: 1, sigma: 1 });
const options: FitSequenceOptions = { head, alignment, cameras, offsetRegion: 'none', solver: gaussNewton() };

/** `[F - 2]` root mean square acceleration of the vertices around each frame but the first and the last, m/s². */
function accelerations(parameters: FitParameters): number[] {
  const vertices = Array.from({ length: frameCount }, (_, f) => worldVertices(head, parameters, f));
  return vertices.slice(1, -1).map((here, k) => {
    let sum = 0;
    here.forEach((x, i) => (sum += (625 * (vertices[k][i] - 2 * x + vertices[k + 2][i])) ** 2));
    return Math.sqrt(sum / head.vertexCount);
  });
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

test('subsets spread over the sequence, and windows cover it with enough overlap', async () => {
  const subsets = spreadSubsets(100, 30);
  expect(subsets.flatMap(({ frames }) => frames).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, f) => f),
  );
  expect(subsets.map(({ frames }) => frames.length)).toEqual([30, 30, 20, 20]);
  expect(subsets[1].frames.slice(8, 12)).toEqual([18, 19, 50, 51]);
  for (const [frames, size] of [
    [96, 36],
    [1001, 500],
    [500, 499],
    [7, 3],
  ]) {
    const windows = overlappingWindows(frames, size);
    const covered = new Set(windows.flatMap((window) => window.frames));
    expect(covered.size).toBe(frames);
    expect(Math.max(...covered)).toBe(frames - 1);
    for (const window of windows.slice(1))
      expect(window.overlap).toBeGreaterThanOrEqual(Math.min(24, Math.floor(size / 3)));
    for (const window of windows) expect(window.frames.length).toBeLessThanOrEqual(size);
  }
  await expect(fitSequence({ ...options, windowFrames: 5 })).rejects.toThrow(/windowFrames of 12 or more, got 5/);
  expect([windowShare(0, 24), windowShare(23, 24)]).toEqual([0, 1]);
  expect(windowShare(11.5, 24)).toBeCloseTo(0.5);
});

test('windows find what the whole sequence finds, and no seam is to be seen', async () => {
  const whole = await fitSequence(options);
  const windowed = await fitSequence({ ...options, windowFrames });
  expect(windowed.status).toBe('converged');
  const [error, other] = [whole, windowed].map(({ parameters }) => vertexRms(head, parameters, truth));
  expect(other).toBeLessThan(1.05 * error);
  expect(vertexRms(head, windowed.parameters, whole.parameters)).toBeLessThan(0.25 * error);
  const seams = overlappingWindows(frameCount, windowFrames).flatMap(({ frames, overlap }) => frames.slice(0, overlap));
  const measured = accelerations(windowed.parameters);
  const elsewhere = median(measured.filter((_, k) => !seams.includes(k + 1)));
  expect(median(seams.map((frame) => measured[frame - 1]))).toBeLessThan(1.1 * elsewhere);
  const reference = accelerations(whole.parameters);
  expect(Math.max(...seams.map((frame) => measured[frame - 1] / reference[frame - 1]))).toBeLessThan(1.1);
}, 300000);

test('an unknown focal length is shared by all windows', async () => {
  const near = createMotion(head, createArc(1), 36, { rest: 0.5 });
  const seen = createAlignment(head, near, { points: head.landmarks68!, noise: 0.5, sigma: 0.5 });
  const { status, residuals, parameters } = await fitSequence({
    ...options,
    alignment: seen,
    cameras: undefined,
    windowFrames: 18,
  });
  expect(status).toBe('converged');
  expect(residuals.medianPx).toBeLessThan(1);
  expect(Math.abs(Math.log(parameters.cameras[0].K[0] / near.cameras[0].K[0]))).toBeLessThan(0.3);
}, 300000);

test('a fit by windows goes on from any of its snapshots to the same parameters', async () => {
  const saved: Uint8Array[] = [];
  const checkpoint = (bytes?: Uint8Array): FitCheckpoint => ({
    load: async () => bytes && parseFitSnapshot(bytes),
    save: async (snapshot) => void (!bytes && saved.push(formatFitSnapshot(snapshot))),
  });
  const numbers = (parameters: FitParameters) =>
    Object.values(flattenParameters(parameters)).map((values) => Array.from(values));
  const short = { ...options, alignment: selectFrames(alignment, Array.from(Array(36).keys())), windowFrames: 18 };
  const expected = await fitSequence({ ...short, checkpoint: checkpoint() });
  expect(saved).toHaveLength(5);
  for (const bytes of [saved[0], saved[3], saved[4]]) {
    const resumed = await fitSequence({ ...short, checkpoint: checkpoint(bytes) });
    expect(numbers(resumed.parameters)).toEqual(numbers(expected.parameters));
    expect(resumed.solver.energy).toBe(expected.solver.energy);
  }
}, 300000);
