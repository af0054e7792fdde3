import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { poseHead } from '../../../src/flame/pose-head.js';
import { importHeadModel } from '../../../src/io/head-models/import-head-model.js';

interface GoldenCase {
  shape: number[];
  expression: number[];
  joint_pose?: number[][];
  vertex_ids: number[];
  vertices: number[][];
}

const data = join(__dirname, '../../../../shared/data');
const golden = JSON.parse(readFileSync(join(__dirname, '../../fixtures/golden-heads.json'), 'utf8')) as Record<
  string,
  { cases: GoldenCase[] }
>;
const models = [
  ['flame2023Open', 'flame2023-open/flame2023_open_60.npz'],
  ['ict', 'ict-facekit-light/ict_facekit_light.npz'],
];
const present = models.filter(([, file]) => existsSync(join(data, file)));
if (present.length < models.length)
  console.log('golden-heads: not all of ../shared/data is there; skipped what is not.');

/** The models and the numbers that an evaluation in plain NumPy gave for them (test/fixtures/create-golden-heads.py). */
(present.length > 0 ? test.each(present) : test.skip.each(models))('%s agrees with NumPy', async (name, file) => {
  const head = await importHeadModel(join(data, file));
  for (const { shape, expression, joint_pose, vertex_ids, vertices } of golden[name].cases) {
    const posed = poseHead(head, { shape, expression, jointPose: joint_pose?.flat() });
    const distances = vertex_ids.map((v, i) =>
      Math.hypot(...vertices[i].map((value, axis) => value - posed[v * 3 + axis])),
    );
    expect(Math.max(...distances)).toBeLessThan(2e-6);
  }
});
