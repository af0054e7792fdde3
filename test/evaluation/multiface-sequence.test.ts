import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMultifaceSequence } from '../../src/evaluation/multiface-sequence.js';

let folder: string;
const segment = 'E057_Cheeks_Puffed';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowfit-multiface-'));
  await mkdir(join(folder, 'tracked_mesh', segment), { recursive: true });
  const camera = '400002\n7000 0 667\n0 7000 1024\n0 0 1\n0 0 0 0 0\n1 0 0 0\n0 1 0 0\n0 0 1 1000\n\n';
  await writeFile(join(folder, 'KRT'), camera);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A tetrahedron of a head's size in a unit of so many metres. */
const corners = (metres: number) =>
  [0, 0.2, 0, 0.1, -0.1, 0, -0.1, -0.1, 0, 0, 0, 0.15].map((value) => Math.fround(value / metres));

function file(name: string): string {
  return join(folder, 'tracked_mesh', segment, name);
}

/** Turned by a right angle about z and moved by (1, 2, 3) units. */
const transform = '0 -1 0 1\n1 0 0 2\n0 0 1 3\n';

async function writeObj(frame: string, vertices: number[]): Promise<void> {
  const lines = [0, 1, 2, 3].map((v) => `v ${vertices.slice(v * 3, v * 3 + 3).join(' ')}`);
  await writeFile(file(`${frame}.obj`), `${lines.join('\n')}\nvt 0 0\nf 1/1 2/1 3/1\nf 1/1 3/1 4/1\n`);
}

test('vertices of .bin, moved into the world by the transform, millimetres told by the size', async () => {
  const millimetres = corners(0.001);
  await writeObj(
    '000003',
    millimetres.map((value) => value + 50),
  );
  for (const [frame, shift] of [
    ['000003', 0],
    ['000006', 10],
  ] as const) {
    const bytes = Float32Array.from(millimetres, (value, i) => value + (i === 0 ? shift : 0));
    await writeFile(file(`${frame}.bin`), Buffer.from(bytes.buffer));
    await writeFile(file(`${frame}_transform.txt`), transform);
  }
  const sequence = await readMultifaceSequence(folder);
  expect(sequence.unit).toBe('mm');
  expect(sequence.segment).toBe(segment);
  expect(sequence.frameNumbers).toEqual([3, 6]);
  expect(sequence.cameraIds).toEqual(['400002']);
  expect(sequence.camera('400002', 3).cameraFromWorld[11]).toBeCloseTo(1, 9);
  expect(Array.from(sequence.faces)).toEqual([0, 1, 2, 0, 2, 3]);
  // (0, 200, 0) mm turns to (-200, 0, 0), and moves by (1, 2, 3).
  const [x, y, z] = Array.from(sequence.vertices(3));
  expect([x, y, z].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([-0.199, 0.002, 0.003]);
  expect(sequence.vertices(6)[1]).toBeCloseTo(0.012, 6);
});

test('vertices of .obj where there is no .bin; metres told by the size; the segment as a path', async () => {
  await writeObj('12', corners(1));
  await writeFile(file('12_transform.txt'), '1 0 0 0 0 1 0 0 0 0 1 0');
  const sequence = await readMultifaceSequence(join(folder, 'tracked_mesh', segment));
  expect(sequence.unit).toBe('m');
  expect(sequence.vertices(12)[1]).toBeCloseTo(0.2, 6);
  expect(sequence.capture).toBe(folder);
});

test('what is wrong is named', async () => {
  await expect(readMultifaceSequence(folder)).rejects.toThrow('expected an .obj file with the mesh');
  await writeObj('1', corners(0.001));
  await expect(readMultifaceSequence(folder)).rejects.toThrow(/cannot read .*1_transform.txt/);
  await writeFile(file('1_transform.txt'), '1 0 0');
  await expect(readMultifaceSequence(folder)).rejects.toThrow('expected 3 rows of 4 numbers, got 3 words');
  await writeFile(file('1_transform.txt'), transform);
  await writeFile(file('1.bin'), Buffer.alloc(40));
  await expect(readMultifaceSequence(folder)).rejects.toThrow('expected 4 vertices of 12 bytes, got 40 bytes');
  await writeObj('1', corners(1000));
  await expect(readMultifaceSequence(folder)).rejects.toThrow('expected a head of 0.1 to 1 m across in mm, cm or m');
  await mkdir(join(folder, 'tracked_mesh', 'E058'));
  await expect(readMultifaceSequence(folder)).rejects.toThrow(
    `expected one of the segments ${segment}, E058, got no name`,
  );
  await expect(readMultifaceSequence(join(folder, 'nowhere'))).rejects.toThrow('there is no such file or folder');
});
