import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { templateEmbedding } from '../../src/canonical/template-cube.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { formatCalibration } from '../../src/io/calibration.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { parseResult } from '../../src/io/result-file.js';
import { syntheticCanonical } from '../../src/synth/synthetic-canonical.js';
import { formatNpz } from '../../src/tensor/npz.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { runFlowfit } from '../fixtures/run-command.js';

const out = mkdtempSync(join(tmpdir(), 'flowfit-canonical-'));
const cameras = [createTestCamera({ id: 'pictures', width: 320, height: 240, focal: 500 })];

test('a head in the dark is tracked by its canonical maps; no face is found, and no frame is lost', async () => {
  const head = await loadHeadModel();
  const truth = neutralParameters(head, cameras, 1);
  truth.headRotation.set(rotationFromAxisAngle([0, 1.2, 0]));
  const { maps } = syntheticCanonical(head, truth, templateEmbedding(head, head), { size: 320 });
  const [pictures, canonical] = ['pictures', 'maps'].map((name) => join(out, name));
  for (const folder of [pictures, canonical]) mkdirSync(folder);
  const black = { create: { width: 320, height: 240, channels: 3 as const, background: 'black' } };
  for (const [frame, map] of maps.entries()) {
    await sharp(black)
      .png()
      .toFile(join(pictures, `${frame}.png`));
    const { width, height, values, mask } = map!;
    const arrays = formatNpz({
      canonical: { dtype: 'float32', shape: [height, width, 3], data: values },
      mask: { dtype: 'uint8', shape: [height, width], data: mask },
    });
    writeFileSync(join(canonical, `${frame}.npz`), arrays);
  }
  writeFileSync(join(out, 'calib.json'), formatCalibration(cameras));
  const common = ['track', pictures, '--cams', join(out, 'calib.json'), '--out', join(out, 'result'), '--json'];
  const { code, stdout, stderr } = await runFlowfit([...common, '--canonical', canonical]);
  expect(stderr).toBe('');
  const summary = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(summary).toMatchObject({ status: 'converged', faces: 0, lostFrames: 0 });
  expect(code).toBe(0);
  const { parameters } = parseResult(readFileSync(join(out, 'result', 'result.npz')));
  // The trace of R_truth' R is 1 + 2 cos(angle).
  const trace = truth.headRotation.reduce((sum, value, i) => sum + value * parameters.headRotation[i], 0);
  expect(Math.acos(Math.min(1, (trace - 1) / 2))).toBeLessThan(0.05);
  expect(parameters.canonicalTexture.length).toBe(32 * 32 * 3);
  const wrong = await runFlowfit([...common, '--masks', canonical]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('expected canonical maps that they belong to');
}, 120_000);
