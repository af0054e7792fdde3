import { mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlignmentSegment } from '../../src/alignment/align-checkpoint.js';
import { type FlowSegment } from '../../src/alignment/flow-checkpoint.js';
import { type FaceLandmarks } from '../../src/alignment/face-finder.js';
import { type FitSnapshot } from '../../src/fitting/checkpoint.js';
import { CheckpointFolder } from '../../src/io/checkpoint-file.js';
import { seeded } from '../fixtures/seeded.js';

const random = seeded(5);
const fingerprint = { "flowfit's version": '1.0.0', focal: '"shared"', 'a.jpg': '10 bytes of today' };
const newFolder = () => mkdtempSync(join(tmpdir(), 'flowfit-checkpoint-'));
const resume = { resume: true };

const snapshot: FitSnapshot = {
  stages: ['pose', 'all'],
  stageIndex: 1,
  outcomes: [{ stage: 'pose', status: 'converged', steps: 1, energies: [2, 1], terms: { alignment: 1 }, seconds: 0.1 }],
  start: { shape: Float64Array.of(1 / 3, -0, 1e-300) },
  solver: { damping: Float64Array.of(0.1), bestEnergy: Float64Array.of(Infinity) },
};

function createFace(): FaceLandmarks {
  return {
    points: Float32Array.from({ length: 478 * 3 }, () => random() * 500),
    disagreement: Float32Array.from({ length: 478 }, random),
    presence: random(),
    window: { x: random(), y: random(), size: random(), roll: random() },
  };
}

/** Two frames of two cameras, one picture without a face. */
function createSegment(firstFrame: number): AlignmentSegment {
  return {
    firstFrame,
    faces: [
      [createFace(), undefined],
      [createFace(), createFace()],
    ],
    trackers: [
      { last: createFace().window, missed: 0, faceCount: 1 },
      { missed: 3, faceCount: 0 },
    ],
    engine: { provider: 'cpu', refused: [] },
  };
}

/** Two frames of two cameras by a flow network of three points. */
function createFlowSegment(firstFrame: number): FlowSegment {
  const values = (count: number) => Float32Array.from({ length: count }, random);
  return {
    firstFrame,
    frameCount: 2,
    mu: values(24),
    sigma: values(12),
    faceBoxes: values(16),
    tracks: [
      { box: createFace().window, missed: 0, unchecked: 4 },
      { missed: 2, unchecked: 1 },
    ],
    engine: { provider: 'cpu', refused: [] },
  };
}

test('what was saved comes back to the last bit', async () => {
  const out = newFolder();
  const begun = await CheckpointFolder.open(out, fingerprint);
  const segments = [createSegment(0), createSegment(2)];
  for (const segment of segments) await begun.alignment.save(segment);
  const flow = [createFlowSegment(0), createFlowSegment(2)];
  for (const segment of flow) await begun.flow.save(segment);
  await begun.fit.save(snapshot);
  await begun.markRendered(3);
  await begun.markRendered(11);
  const resumed = await CheckpointFolder.open(out, fingerprint, resume);
  expect(await resumed.alignment.load()).toEqual(segments);
  expect(await resumed.flow.load()).toEqual(flow);
  expect(await resumed.fit.load()).toEqual(snapshot);
  expect(await resumed.rendered()).toEqual(new Set([3, 11]));
  expect(resumed.warnings).toEqual([]);
  await resumed.remove();
  expect(readdirSync(out)).toEqual([]);
});

test('a fresh run clears the checkpoint before it', async () => {
  const out = newFolder();
  await (await CheckpointFolder.open(out, fingerprint)).fit.save(snapshot);
  const fresh = await CheckpointFolder.open(out, fingerprint);
  expect(await fresh.fit.load()).toBeUndefined();
  expect(await fresh.alignment.load()).toEqual([]);
  expect(await fresh.rendered()).toEqual(new Set());
});

test('another fingerprint is refused, and the checkpoint stays', async () => {
  const out = newFolder();
  await (await CheckpointFolder.open(out, fingerprint)).fit.save(snapshot);
  const other = { ...fingerprint, 'a.jpg': '12 bytes of today', 'b.jpg': '1 bytes of today' };
  await expect(CheckpointFolder.open(out, other, resume)).rejects.toThrow(
    /^cannot resume .*: a\.jpg was 10 bytes of today when the run began and is 12 bytes of today now \(and 1 more\);/,
  );
  expect(await (await CheckpointFolder.open(out, fingerprint, resume)).fit.load()).toEqual(snapshot);
});

test('no checkpoint to resume is a warning', async () => {
  const { warnings } = await CheckpointFolder.open(newFolder(), fingerprint, resume);
  expect(warnings).toEqual([expect.stringMatching(/there was no checkpoint to resume/)]);
});

test('damaged files are ignored with a warning, and what follows them too', async () => {
  const out = newFolder();
  const begun = await CheckpointFolder.open(out, fingerprint);
  const segments = [createSegment(0), createSegment(2), createSegment(4)];
  for (const segment of segments) await begun.alignment.save(segment);
  await begun.fit.save(snapshot);
  const path = (name: string) => join(out, '.checkpoint', name);
  const second = path('align-000000002.npz');
  const bytes = readFileSync(second);
  bytes[bytes.length >> 1] ^= 4;
  writeFileSync(second, bytes);
  truncateSync(path('fit.npz'), 100);
  writeFileSync(path('rendered.txt'), '\n000000007\n\n00000000');
  const resumed = await CheckpointFolder.open(out, fingerprint, resume);
  expect(await resumed.alignment.load()).toEqual(segments.slice(0, 1));
  expect(await resumed.fit.load()).toBeUndefined();
  expect(await resumed.rendered()).toEqual(new Set([7]));
  expect(resumed.warnings).toEqual([
    expect.stringMatching(/align-000000002\.npz is damaged and was ignored: alignment goes on from frame 2\./),
    expect.stringMatching(/fit\.npz is damaged and was ignored: the fit begins again\./),
  ]);
});

test('a damaged run.json leaves nothing to resume', async () => {
  const out = newFolder();
  await (await CheckpointFolder.open(out, fingerprint)).fit.save(snapshot);
  truncateSync(join(out, '.checkpoint', 'run.json'), 20);
  const resumed = await CheckpointFolder.open(out, fingerprint, resume);
  expect(await resumed.fit.load()).toBeUndefined();
  expect(resumed.warnings).toEqual([expect.stringMatching(/run\.json is damaged .* the run begins afresh/)]);
});
