import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeadModel } from '../../../src/flame/head-model.js';
import { poseHead, regressJoints } from '../../../src/flame/pose-head.js';
import { importHeadModel } from '../../../src/io/head-models/import-head-model.js';
import { readIctFolder } from '../../../src/io/head-models/read-ict-folder.js';
import { formatObj } from '../../../src/io/mesh-file.js';

test('a folder of OBJ files becomes arrays of displacements', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowfit-ict-'));
  const write = (name: string, x: number) =>
    writeFileSync(join(folder, `${name}.obj`), formatObj({ vertices: [x, 0, 0, 1, 0, 0, 0, 1, 0], faces: [0, 1, 2] }));
  await expect(readIctFolder(folder)).rejects.toThrow(/expected ICT-FaceKit's generic_neutral_mesh\.obj/);
  write('generic_neutral_mesh', 0);
  write('identity000', 2);
  write('identity001', 3);
  write('jawOpen', 4);
  const arrays = await readIctFolder(folder);
  expect(arrays.identity_names.data).toEqual(['identity000', 'identity001']);
  expect(arrays.expression_names.data).toEqual(['jawOpen']);
  expect([arrays.identity.data[0], arrays.identity.data[9], arrays.expression.data[0]]).toEqual([2, 3, 4]);
  expect([...(arrays.quads.data as Int32Array)]).toEqual([0, 1, 2, -1]);
  writeFileSync(join(folder, 'smile.obj'), 'v 0 0 0\n');
  await expect(readIctFolder(folder)).rejects.toThrow(/smile\.obj: expected 3 vertices as the neutral head, got 1/);
});

const data = join(__dirname, '../../../../shared/data/ict-facekit-light/ict_facekit_light.npz');
const present = existsSync(data);
if (!present) console.log('ICT-FaceKit is not beside the repository: its import is not tested.');

(present ? describe : describe.skip)('ICT-FaceKit light', () => {
  let head: HeadModel;
  beforeAll(async () => {
    head = await importHeadModel(data);
  });

  test('counts, units and parts', () => {
    expect([head.vertexCount, head.shape.count, head.expression.count]).toEqual([26719, 100, 57]);
    expect(head.faces.length / 3).toBe(26384 * 2 - 548);
    expect(head.expression.names).toContain('jawOpen');
    const heights = head.template.filter((_, i) => i % 3 === 1);
    expect(Math.max(...heights) - Math.min(...heights)).toBeCloseTo(0.338, 2);
    expect(Object.keys(head.regions)).toEqual(expect.arrayContaining(['face', 'mouth', 'nose', 'eyes', 'eyeballs']));
    expect(head.landmarks68!.faces.includes(-1)).toBe(false);
  });

  test('eyes turn about their centres, the rest stays', () => {
    const joints = regressJoints(head, head.template);
    [0.031, 0.036, 0.0788].forEach((value, axis) => expect(joints[9 + axis]).toBeCloseTo(value, 3));
    expect(joints[12]).toBeCloseTo(-joints[9], 3);
    const jointPose = new Float64Array(15);
    jointPose[10] = 0.3;
    const turned = poseHead(head, { jointPose });
    for (let v = 0; v < head.vertexCount; v += 7) {
      const moved = Math.hypot(...[0, 1, 2].map((axis) => turned[v * 3 + axis] - head.template[v * 3 + axis]));
      const radius = Math.hypot(...[0, 1, 2].map((axis) => turned[v * 3 + axis] - joints[9 + axis]));
      const inLeftEye = v >= 21451 && v <= 23020;
      expect(moved > 1e-6 && !inLeftEye).toBe(false);
      if (inLeftEye) expect(radius).toBeLessThan(0.018);
    }
  });
});
