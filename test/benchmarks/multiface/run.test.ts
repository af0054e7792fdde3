import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { knownRegions } from '../../../benchmarks/multiface/self-check/scene.js';
import { formatRegions } from '../../../src/evaluation/regions-file.js';
import { loadHeadModel } from '../../../src/io/head-model-file.js';
import { createMultifacePeople } from '../../../src/synth/multiface-people.js';
import { loadOpenHeadSkins } from '../../../src/synth/open-head-skins.js';
import { trackedSurface } from '../../../src/synth/tracked-surface.js';
import { entityFolder, writeMultifacePerson } from '../../../src/synth/write-multiface.js';
import { expectOneSentence, runScript } from '../../fixtures/run-command.js';

jest.setTimeout(240000);
const root = mkdtempSync(join(tmpdir(), 'flowfit-benchmark-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const script = join('dist', 'benchmarks', 'multiface', 'run.js');
const out = join(root, 'out');
let lines: string[];

/** Runs the benchmark over some lines of the list, exit code and all. */
function run(list: string[], ...args: string[]) {
  const file = join(root, 'list.txt');
  writeFileSync(file, list.map((line) => `${line}\n`).join(''));
  const regions = join(root, 'regions.npz');
  return runScript(script, ['--multiface', root, '--list', file, '--regions', regions, '--out', out, ...args]);
}

beforeAll(async () => {
  const head = await loadHeadModel();
  const surface = trackedSurface(head, 'dual');
  const small = { people: 1, sequences: 2, frames: 4, width: 167, height: 256, seed: 7 };
  const [person] = createMultifacePeople({ ...small, head, skins: await loadOpenHeadSkins() });
  await writeMultifacePerson(root, person, { head, surface });
  writeFileSync(join(root, 'regions.npz'), formatRegions(knownRegions(head, surface)));
  lines = person.takes.map(({ segment, cameraId }) => `${person.entity} ${segment} ${cameraId}`);
  const meshes = join(root, entityFolder(person.entity), 'tracked_mesh', person.takes[1].segment);
  truncateSync(
    join(
      meshes,
      readdirSync(meshes).find((name) => name.endsWith('.bin'))!,
    ),
    100,
  );
});

test('a sequence that fails is a row, the others go on; a second run takes what is done', async () => {
  const outcome = await run(lines, '--workers', '2', '--json');
  expect(outcome.stderr).toMatch(/expected 6996 vertices of 12 bytes, got 100 bytes/);
  expect(outcome.code).toBe(2);
  const [summary] = JSON.parse(outcome.stdout.trim().split('\n').at(-1)!).methods;
  expect(summary).toMatchObject({ method: 'landmarks', done: 1, failed: 1 });
  const { rows } = JSON.parse(readFileSync(join(out, 'benchmark.json'), 'utf8'));
  expect(rows.map(({ status }: { status: string }) => status)).toEqual(['done', 'failed']);
  const face = rows[0].figures.find(
    ({ metric, group }: Record<string, string>) => metric === 'ssme' && group === 'face',
  );
  expect(face.value).toBeGreaterThan(0);
  expect(face.value).toBeLessThan(5);
  expect(rows[0].curves.face.slice(0, 4)).toEqual([...Array(3).fill(expect.any(Number)), null]);
  expect(readFileSync(join(out, 'benchmark.csv'), 'utf8')).toMatch(/landmarks,failed,.*vertices of 12 bytes/);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  expect(page).toMatch(/FlowFace \(CVPR 2024\), Table 2, as printed/);
  expect(page).not.toMatch(/(src|href)="http/);
  const done = join(out, 'sequences', ...lines[0].split(' ').slice(0, 1), `${lines[0].split(' ').slice(1).join('--')}`);
  const written = statSync(join(done, 'landmarks.json')).mtimeMs;
  const again = await run(lines.slice(0, 1));
  expect(again.code).toBe(0);
  expect(statSync(join(done, 'landmarks.json')).mtimeMs).toBe(written);
});

test('what is wrong from the start ends with one sentence', async () => {
  const broken = await run(lines.slice(1));
  expectOneSentence(
    {
      ...broken,
      stderr: broken.stderr
        .split('\n')
        .filter((line) => !/^\d+ of/.test(line))
        .join('\n'),
    },
    /vertices of 12 bytes/,
  );
  expect(broken.code).toBe(1);
  for (const [args, message] of [
    [['--multiface', join(root, 'out')], /expected a Multiface capture/],
    [['--multiface', root, '--methods', 'magic'], /--methods: expected all or some of landmarks.*got 'magic'/],
    [['--multiface', root, '--workers', '0'], /--workers: expected a whole number from 1 to 64, got 0/],
    [[], /expected --multiface with a folder, or --self-check; got neither/],
  ] as [string[], RegExp][]) {
    const outcome = await runScript(script, [...args, '--list', join(root, 'list.txt'), '--out', join(root, 'none')]);
    expectOneSentence(outcome, message);
    expect(outcome.code).toBe(1);
  }
});
