import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOneSentence, runFlowfit } from '../fixtures/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-model-'));
const pickles = join(__dirname, '../fixtures/pickles');
const flame = join(pickles, 'python2-flame2019.pkl');

test('import writes a container, info reads it', async () => {
  const out = join(folder, 'flame.npz');
  const imported = await runFlowfit(['model', 'import', flame, '--out', out, '--name', 'tiny', '--json']);
  expect(imported.code).toBe(0);
  const info = await runFlowfit(['model', 'info', out, '--json']);
  expect(JSON.parse(info.stdout)).toEqual(JSON.parse(imported.stdout));
  expect(JSON.parse(info.stdout)).toMatchObject({
    name: 'tiny',
    vertices: 4,
    shape: { count: 300 },
    expression: { count: 100 },
  });
  const text = await runFlowfit(['model', 'info', out]);
  expect(text.stdout).toMatch(/identity +300 components/);
});

test('info without a file tells about the open head', async () => {
  const { code, stdout } = await runFlowfit(['model', 'info', '--json']);
  expect([code, JSON.parse(stdout).name]).toEqual([0, 'open-head']);
});

test('what cannot be imported is one sentence, and nothing is written', async () => {
  const hostile = join(folder, 'hostile.pkl');
  const out = join(folder, 'nothing.npz');
  writeFileSync(hostile, "cos\nsystem\n(S'echo'\ntR.");
  const refused = await runFlowfit(['model', 'import', hostile, '--out', out]);
  expect(refused.code).toBe(1);
  expectOneSentence(refused, /hostile\.pkl: it asks for os\.system/);
  const noOut = await runFlowfit(['model', 'import', flame]);
  expect(noOut.code).toBe(1);
  expectOneSentence(noOut, /expected --out/);
  const other = await runFlowfit(['model', 'import', join(pickles, 'numpy1-masks.pkl'), '--out', out]);
  expect(other.code).toBe(1);
  expectOneSentence(other, /expected a head model container, FLAME, ICT-FaceKit or GNM/);
  expect(existsSync(out)).toBe(false);
});
