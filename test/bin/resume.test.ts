import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { worldVertices } from '../../src/fitting/residuals.js';
import { formatHeadModel } from '../../src/flame/container.js';
import { parseResult } from '../../src/io/result-file.js';
import { expectOneSentence, runFlowfit } from '../fixtures/run-command.js';
import { seeded } from '../fixtures/seeded.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

jest.setTimeout(180000);

const folder = mkdtempSync(join(tmpdir(), 'flowfit-resume-'));
const path = (...parts: string[]) => join(folder, ...parts);
const photograph = join(__dirname, '..', '..', 'assets', 'demo', 'astronaut.jpg');
const head = createTinyHead(1);
const frameCount = 5;
const random = seeded(11);

const command = (out: string, ...more: string[]) => [
  'track',
  path('pictures'),
  '--head',
  path('head.npz'),
  '--config',
  path('config.json'),
  '--out',
  path(out),
  '--overlay',
  ...more,
];

let seconds = 0;

/** A photograph that moves across the picture; every save as soon as there is something to save. */
beforeAll(async () => {
  mkdirSync(path('pictures'));
  for (let frame = 0; frame < frameCount; frame++) {
    await sharp(photograph)
      .extract({ left: 20 + 6 * frame, top: 4 * frame, width: 420, height: 420 })
      .toFile(path('pictures', `${String(frame).padStart(6, '0')}.jpg`));
  }
  writeFileSync(path('head.npz'), formatHeadModel(head));
  const stages = [
    { name: 'pose', free: ['headPose'], maxSteps: 5, tolerance: 1e-5 },
    { name: 'all', free: ['headPose', 'shape', 'expression'], maxSteps: 10, tolerance: 1e-5 },
  ];
  const config = { format: 'flowfit-config/1', options: { checkpointSeconds: 0 }, stages };
  writeFileSync(path('config.json'), JSON.stringify(config));
  const started = performance.now();
  const { code, stderr } = await runFlowfit(command('whole'));
  expect({ stderr, finished: code !== 1 }).toEqual({ stderr: '', finished: true });
  seconds = (performance.now() - started) / 1000;
});

function resultOf(out: string) {
  return parseResult(readFileSync(path(out, 'result.npz')));
}

/** Metres, over all frames. */
function largestDifference(a: string, b: string): number {
  const [left, right] = [resultOf(a).parameters, resultOf(b).parameters];
  let largest = 0;
  for (let frame = 0; frame < frameCount; frame++) {
    const [from, to] = [worldVertices(head, left, frame), worldVertices(head, right, frame)];
    from.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - to[i]))));
  }
  return largest;
}

test('killed at random moments and resumed, a run ends with the same result and nothing left over', async () => {
  let kills = 0;
  for (let attempt = 0; attempt < 8 && kills < 4; attempt++) {
    const end = performance.now() + 1000 * seconds * (0.1 + 0.9 * random());
    const { code } = await runFlowfit(command('killed', '--resume'), { killWhen: () => performance.now() > end });
    if (code === null) kills++;
  }
  expect(kills).toBeGreaterThanOrEqual(2);
  const { code, stderr } = await runFlowfit(command('killed', '--resume'));
  expect({ stderr, finished: code !== 1 }).toEqual({ stderr: '', finished: true });
  expect(largestDifference('whole', 'killed')).toBeLessThanOrEqual(1e-5);
  const files = (out: string) => readdirSync(path(out), { recursive: true }).map(String).sort();
  expect(files('killed')).toEqual(files('whole'));
  expect(resultOf('killed').status).toBe(resultOf('whole').status);
});

test('with other options or other pictures it is not resumed', async () => {
  const killWhen = () => existsSync(path('other', '.checkpoint', 'run.json'));
  expect((await runFlowfit(command('other'), { killWhen })).code).toBeNull();
  const refused = await runFlowfit(command('other', '--resume', '--frames', '0:3'));
  expectOneSentence(refused, /cannot resume .*other: frames was absent when the run began and is .*"stop":3.* now/);
  expect(refused.code).toBe(1);
  const picture = path('pictures', '000003.jpg');
  utimesSync(picture, new Date(0), new Date(0));
  const changed = await runFlowfit(command('other', '--resume'));
  expectOneSentence(changed, /000003\.jpg was \d+ bytes of 20.* and is \d+ bytes of 1970-01-01/);
  expect(changed.code).toBe(1);
});
