import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { assetPath } from '../../src/io/asset-path.js';
import { chooseObserver, chosenNetwork } from '../../src/track/observer.js';
import { createNeutralNetwork } from '../fixtures/neutral-network.js';
import { expectOneSentence, runFlowfit } from '../fixtures/run-command.js';
import { createUvFlowNetwork } from '../fixtures/uv-flow-network.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-uv-flow-'));
const photograph = assetPath('demo', 'astronaut.jpg');

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('who reads the pictures', () => {
  expect(chooseObserver({})).toBe('landmarks');
  expect(chooseObserver({ align: 'auto', network: 'own.onnx' })).toBe('uv-flow');
  expect(chooseObserver({ align: 'fused' })).toBe('fused');
  expect(chooseObserver({ align: 'landmarks', network: 'own.onnx' })).toBe('landmarks');
  expect(chooseObserver({ align: 'alignment.npz' })).toBe('file');
  expect(chosenNetwork({})).toBeUndefined();
  expect(chosenNetwork({ align: 'file.npz', network: 'own.onnx' })).toBeUndefined();
  expect(chosenNetwork({ align: 'fused', network: 'own.onnx' })).toBe('own.onnx');
  expect(chosenNetwork({ align: 'uv-flow' })).toBe(assetPath('uv-flow', 'uvflow-s.onnx'));
});

test('a network that is not there, or is of another kind, is one sentence', async () => {
  const out = join(folder, 'nothing');
  const absent = await runFlowfit(['track', photograph, '--network', join(folder, 'none.onnx'), '--out', out]);
  expect(absent.code).toBe(1);
  expectOneSentence(absent, /cannot read .*none\.onnx: there is no such file or folder\./);
  const other = written('other.onnx', createNeutralNetwork([[1], [1], [1]], { contract: 'neutral-shape/1' }));
  const refused = await runFlowfit(['track', photograph, '--align', 'fused', '--network', other, '--out', out]);
  expect(refused.code).toBe(1);
  expectOneSentence(refused, /other\.onnx: expected a network of the contract uv-flow\/1, got 'neutral-shape\/1'\./);
  const head = written('head.onnx', createUvFlowNetwork());
  const layout = await runFlowfit(['track', photograph, '--network', head, '--out', out]);
  expect(layout.code).toBe(1);
  expectOneSentence(
    layout,
    /head\.onnx: expected head model open-head to have the UV layout flat\/1, got layouts: open-head\/1\./,
  );
});

test('a network of one’s own and the landmarks read a photograph together', async () => {
  const { hash } = (await loadHeadModel()).uvLayouts['open-head/1'];
  const metadata = { uv_layout: `open-head/1 ${hash}` };
  const network = written('own.onnx', createUvFlowNetwork({ blind: true, span: 1, sigma: 0.1, metadata }));
  const out = join(folder, 'fused');
  const run = await runFlowfit(['track', photograph, '--align', 'fused', '--network', network, '--out', out, '--json']);
  expect([0, 2]).toContain(run.code);
  const { engines, faces } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
  expect(faces).toBe(1);
  expect(Object.keys(engines)).toEqual(['landmarks', 'uv-flow']);
  expect(engines['uv-flow'].imagesPerSecond).toBeGreaterThan(0);
});
