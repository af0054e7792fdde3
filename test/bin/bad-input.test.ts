import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expectOneSentence, runFlowfit } from '../fixtures/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-bad-input-'));
const path = (...parts: string[]) => join(folder, ...parts);
const photograph = join(__dirname, '..', '..', 'assets', 'demo', 'astronaut.jpg');

/** A plain picture without a face. */
async function writePicture(file: string, width = 64, height = 48): Promise<void> {
  mkdirSync(join(file, '..'), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: { r: 90, g: 120, b: 90 } } })
    .jpeg()
    .toFile(file);
}

const camera = {
  width: 64,
  height: 48,
  K: [
    [80, 0, 32],
    [0, 80, 24],
    [0, 0, 1],
  ],
  worldToCamera: [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0.5],
  ],
};

function writeCalibration(file: string, cameras: object): string {
  writeFileSync(file, JSON.stringify({ format: 'flowfit-calibration/1', units: 'm', cameras }));
  return file;
}

/** Names of all files that are half-written: temporary names of the atomic writer. */
function temporaryFiles(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.tmp'));
}

test('an image that is none', async () => {
  writeFileSync(path('broken.jpg'), 'this is no picture');
  const outcome = await runFlowfit(['track', path('broken.jpg'), '--out', path('out')]);
  expectOneSentence(outcome, /broken\.jpg/);
  expect(outcome.code).toBe(1);
});

test('an input that is not there', async () => {
  const outcome = await runFlowfit(['track', path('absent.jpg'), '--out', path('out')]);
  expectOneSentence(outcome, /absent\.jpg.*no such file/);
  expect(outcome.code).toBe(1);
});

test('an empty folder', async () => {
  mkdirSync(path('empty'));
  const outcome = await runFlowfit(['track', path('empty'), '--out', path('out')]);
  expectOneSentence(outcome, /empty/);
  expect(outcome.code).toBe(1);
});

test('a picture without a face ends as a status, with exit code 2', async () => {
  await writePicture(path('plain.jpg'));
  const outcome = await runFlowfit(['track', path('plain.jpg'), '--out', path('plain-out'), '--json']);
  expect(outcome.code).toBe(2);
  const summary = JSON.parse(outcome.stdout.trim().split('\n').at(-1)!);
  expect(summary).toMatchObject({ status: 'noObservations', faces: 0, lostFrames: 1 });
  expect(JSON.parse(readFileSync(path('plain-out', 'run.json'), 'utf8')).status).toBe('noObservations');
});

test('a video without a face', async () => {
  if (spawnSync('ffmpeg', ['-version']).error) {
    console.log('skipped: ffmpeg is not on the PATH.');
    return;
  }
  const file = path('plain.mp4');
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=5:duration=1', file]);
  const outcome = await runFlowfit(['track', file, '--out', path('video-out')]);
  expect(outcome.code).toBe(2);
  expect(outcome.stdout).toMatch(/no face was seen/);
});

test('cameras without a frame in common', async () => {
  await writePicture(path('apart', 'cam0', '000001.jpg'));
  await writePicture(path('apart', 'cam1', '000002.jpg'));
  const calibration = writeCalibration(path('apart.json'), { cam0: camera, cam1: camera });
  const outcome = await runFlowfit(['track', path('apart'), '--cams', calibration, '--out', path('out')]);
  expectOneSentence(outcome, /frame/);
  expect(outcome.code).toBe(1);
});

test('a camera that the calibration does not know', async () => {
  await writePicture(path('unknown', 'cam0', '000001.jpg'));
  await writePicture(path('unknown', 'cam7', '000001.jpg'));
  const calibration = writeCalibration(path('unknown.json'), { cam0: camera, cam1: camera });
  const outcome = await runFlowfit(['track', path('unknown'), '--cams', calibration, '--out', path('out')]);
  expectOneSentence(outcome, /cam7/);
  expect(outcome.code).toBe(1);
});

test('a rotation that is none', async () => {
  const skewed = {
    ...camera,
    worldToCamera: [
      [1, 0.2, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0.5],
    ],
  };
  const calibration = writeCalibration(path('skewed.json'), { left: skewed });
  const outcome = await runFlowfit(['track', photograph, '--cams', calibration, '--out', path('out')]);
  expectOneSentence(outcome, /left.*(rotation|orthonormal)/);
  expect(outcome.code).toBe(1);
});

test('a head model of another format', async () => {
  writeFileSync(path('head.npz'), 'PK but not really');
  const outcome = await runFlowfit(['track', photograph, '--head', path('head.npz'), '--out', path('out')]);
  expectOneSentence(outcome, /head\.npz/);
  expect(outcome.code).toBe(1);
});

test('an out folder that cannot be written', async () => {
  writeFileSync(path('file'), 'a file where a folder should be');
  const outcome = await runFlowfit(['track', photograph, '--out', path('file', 'out')]);
  expectOneSentence(outcome, /cannot write .*file/);
  expect(outcome.code).toBe(1);
});

test('a forced backend that is absent', async () => {
  const outcome = await runFlowfit([
    'track',
    photograph,
    '--solver',
    'adamw',
    '--backend',
    'tfjs-node-gpu',
    '--out',
    path('out'),
  ]);
  expectOneSentence(outcome, /tfjs-node-gpu.*not installed/);
  expect(outcome.code).toBe(1);
});

test('a forced device that does not start', async () => {
  const outcome = await runFlowfit(['track', photograph, '--device', 'cuda', '--out', path('out')]);
  if (outcome.code === 0) {
    console.log('skipped: CUDA starts on this machine.');
    return;
  }
  expectOneSentence(outcome, /cuda/);
  expect(outcome.code).toBe(1);
});

test('options that are not known, and frames that are none', async () => {
  const unknown = await runFlowfit(['track', photograph, '--sovler', 'adamw']);
  expectOneSentence(unknown, /sovler/);
  expect(unknown.code).toBe(1);
  const frames = await runFlowfit(['track', photograph, '--frames', '3-5']);
  expectOneSentence(frames, /--frames: expected A:B:STEP/);
  expect(frames.code).toBe(1);
});

test('a configuration with a term that is not known', async () => {
  writeFileSync(path('config.json'), JSON.stringify({ format: 'flowfit-config/1', terms: { smooth: {} } }));
  const outcome = await runFlowfit(['track', photograph, '--config', path('config.json')]);
  expectOneSentence(outcome, /config\.json: terms: expected some of alignment.*got 'smooth'/);
  expect(outcome.code).toBe(1);
});

test('Ctrl-C in the middle leaves no half-written file and exits with 130', async () => {
  for (let frame = 0; frame < 60; frame++) {
    mkdirSync(path('long'), { recursive: true });
    cpSync(photograph, path('long', `${String(frame).padStart(6, '0')}.jpg`));
  }
  const outcome = await runFlowfit(['track', path('long'), '--out', path('long-out'), '--overlay'], {
    interruptAfterMs: 4000,
  });
  expect(outcome.code).toBe(130);
  expectOneSentence(outcome, /interrupted/);
  expect(temporaryFiles(path('long-out'))).toEqual([]);
});
