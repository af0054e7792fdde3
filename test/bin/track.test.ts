import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseResult } from '../../src/io/result-file.js';
import { type TrackSummary } from '../../src/track/run-record.js';
import { runFlowfit } from '../fixtures/run-command.js';

const root = join(__dirname, '..', '..');
const out = mkdtempSync(join(tmpdir(), 'flowfit-track-'));

/** Runs a command and reads the JSON object on its last line. */
async function runJson(args: string[]): Promise<{ code: number | null; summary: TrackSummary }> {
  const { code, stdout, stderr } = await runFlowfit([...args, '--json']);
  if (!stdout) throw new Error(`flowfit ${args[0]} printed nothing: ${stderr}`);
  return { code, summary: JSON.parse(stdout.trim().split('\n').at(-1)!) };
}

test('a photograph: overlay on the face, result, record and cameras', async () => {
  const folder = join(out, 'photograph');
  const photograph = join(root, 'assets', 'demo', 'astronaut.jpg');
  const { code, summary } = await runJson(['track', photograph, '--out', folder, '--overlay']);
  expect(code).toBe(0);
  expect(summary).toMatchObject({ status: 'converged', out: folder, frames: 1, cameras: 1, faces: 1, lostFrames: 0 });
  expect(summary).toHaveProperty('residual.medianPx');
  expect(summary).toHaveProperty('seconds.align');
  expect(summary).toHaveProperty('engines.landmarks.name');
  const { median, p95 } = summary.residual.percentOfFaceWidth;
  expect(median).toBeLessThan(1.5);
  expect(p95).toBeLessThan(4);
  const result = parseResult(readFileSync(join(folder, 'result.npz')));
  expect(result.frameObserved).toEqual(Uint8Array.of(1));
  const depth = result.parameters.headTranslation[2];
  expect(depth).toBeGreaterThan(0.3);
  expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')).stages.length).toBeGreaterThan(1);
  expect(JSON.parse(readFileSync(join(folder, 'cameras.json'), 'utf8')).format).toBe('flowfit-calibration/1');
  expect(existsSync(join(folder, 'overlay.jpg'))).toBe(true);
});

test('both solvers see the same face', async () => {
  const photograph = join(root, 'assets', 'demo', 'astronaut.jpg');
  const { summary } = await runJson(['track', photograph, '--out', join(out, 'adamw'), '--solver', 'adamw']);
  const other = JSON.parse(readFileSync(join(out, 'photograph', 'run.json'), 'utf8'));
  const energy = summary.solver.energy;
  // AdamW ends on its plateau, close above the minimum.
  expect(energy / other.solver.energy).toBeGreaterThan(0.99);
  expect(energy / other.solver.energy).toBeLessThan(1.15);
});

test('the first frames of the bundled rig: every face found, close to the truth', async () => {
  const sample = join(root, 'assets', 'demo', 'sequence');
  const { code, summary } = await runJson([
    'track',
    join(sample, 'images'),
    '--cams',
    join(sample, 'calib.json'),
    '--frames',
    '0:6',
    '--out',
    join(out, 'rig'),
  ]);
  expect(code).toBe(0);
  expect(summary).toMatchObject({ status: 'converged', frames: 6, cameras: 4, faces: 24 });
});

const photographs = join(root, '..', 'shared', 'data', 'photos-public-domain');

test('photographs of the test data, each under 1.5 per cent of its face', async () => {
  if (!existsSync(photographs)) {
    console.log('skipped: the optional test data is absent.');
    return;
  }
  for (const name of ['obama.jpg', 'obama2.jpg', 'biden.jpg']) {
    const { code, summary } = await runJson(['track', join(photographs, name), '--out', join(out, name)]);
    const { median, p95 } = summary.residual.percentOfFaceWidth;
    expect({ name, code, good: median < 1.5 && p95 < 4 }).toEqual({ name, code: 0, good: true });
  }
});
