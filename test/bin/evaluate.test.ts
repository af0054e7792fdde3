import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSyntheticSequence } from '../../src/synth/synthetic-sequence.js';
import { writeSequence } from '../../src/synth/write-sequence.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { formatResult, parseResult } from '../../src/io/result-file.js';
import { writeFileAtomic } from '../../src/io/write-file.js';
import { expectOneSentence, runFlowfit } from '../fixtures/run-command.js';

let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowfit-evaluate-'));
  const head = await loadHeadModel();
  const synthetic = createSyntheticSequence({
    head,
    skins: [],
    seed: 3,
    frames: 4,
    cameras: 2,
    width: 96,
    height: 120,
  });
  await writeSequence(at('truth'), synthetic, head);
  const truth = parseResult(await readFile(at('truth', 'truth.npz')));
  await writeFileAtomic(at('perfect', 'result.npz'), formatResult({ ...truth, status: 'converged' }));
  const headTranslation = truth.parameters.headTranslation.map((value) => value * 1000);
  const far = { ...truth.parameters, headTranslation };
  await writeFileAtomic(at('later', 'result.npz'), formatResult({ ...truth, frameNumbers: [90, 91, 92, 93] }));
  await writeFileAtomic(at('far', 'result.npz'), formatResult({ ...truth, parameters: far, status: 'converged' }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a perfect result: no error, all files, one JSON object', async () => {
  const { code, stdout, stderr } = await runFlowfit(['evaluate', at('perfect'), '--truth', at('truth'), '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const record = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(record).toMatchObject({
    format: 'flowfit-evaluation/1',
    head: 'open-head',
    regionSource: 'head model',
    frames: { compared: 4, missing: [] },
    warnings: [],
  });
  const face = (metric: string) =>
    record.rows.find((row: Record<string, unknown>) => row.metric === metric && row.group === 'face').value;
  expect(face('ssme')).toBeLessThan(1e-3);
  expect(face('cd')).toBeLessThan(1e-3);
  expect(record.ssmeCurves.nose).toHaveLength(30);
  const report = await readFile(at('perfect', 'evaluation', 'report.html'), 'utf8');
  expect(report).toContain('data:image/png;base64,');
  expect(report).not.toMatch(/(src|href)="(?!data:)/);
  const csv = await readFile(at('perfect', 'evaluation', 'figures.csv'), 'utf8');
  expect(csv.split('\n')[0]).toBe('metric,group,figure,value,unit,better');
  expect(JSON.parse(await readFile(at('perfect', 'evaluation', 'protocol.json'), 'utf8'))).toEqual(record.protocol);
});

test('its regions can be given to another evaluation; a scale is solved on request', async () => {
  const regions = at('perfect', 'evaluation', 'regions.npz');
  const options = ['--regions', regions, '--metrical', 'off', '--out', at('again'), '--json'];
  const { stdout } = await runFlowfit(['evaluate', at('perfect'), '--truth', at('truth'), ...options]);
  const record = JSON.parse(stdout);
  expect(record.regionSource).toBe('file');
  expect(record.protocol.alignment.align).toBe('similarity');
  expect(record.out).toBe(at('again'));
});

test('what is wrong with the input: exit 1, one sentence', async () => {
  const refusals: [string[], RegExp][] = [
    [[at('nowhere'), '--truth', at('truth')], /cannot read .*result.npz: there is no such file/],
    [[at('perfect'), '--truth', at('perfect')], /expected a ground truth \(truth.npz, or Multiface's KRT/],
    [[at('later'), '--truth', at('truth')], /expected frames in common, got frames 0 to 3 .* and frames 90 to 93/],
    [
      [at('perfect'), '--truth', at('truth'), '--align', 'none', '--metrical', 'off'],
      /--metrical off: .* --align none/,
    ],
    [[at('perfect'), '--truth', at('truth'), '--regions', at('truth', 'truth.npz')], /expected arrays 'region:<name>'/],
  ];
  for (const [args, message] of refusals) {
    const outcome = await runFlowfit(['evaluate', ...args]);
    expect(outcome.code).toBe(1);
    expectOneSentence(outcome, message);
  }
});

test('what is odd about the pair is said on stderr', async () => {
  const { code, stderr, stdout } = await runFlowfit(['evaluate', at('far'), '--truth', at('truth')]);
  expect(code).toBe(0);
  expectOneSentence({ code, stderr, stdout }, /flowfit: wrong-camera: the predicted face/);
  expect(stdout).toMatch(/^face {5}ssme - +cd /);
});

test('the head model must be the one of the result', async () => {
  await writeFile(at('other.npz'), await readFile(at('truth', 'truth.npz')));
  const outcome = await runFlowfit(['evaluate', at('perfect'), '--truth', at('truth'), '--head', at('other.npz')]);
  expect(outcome.code).toBe(1);
});
