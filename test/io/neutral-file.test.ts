import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shapeHead } from '../../src/flame/pose-head.js';
import { formatObj } from '../../src/io/mesh-file.js';
import { readNeutral } from '../../src/io/neutral-file.js';
import { formatNpz } from '../../src/tensor/npz.js';
import { createNeutralNetwork } from '../fixtures/neutral-network.js';
import { createCapture } from '../fixtures/synthetic-capture.js';

const { head, alignment } = createCapture({ points: (model) => model.landmarks478!, source: 'landmarks' });
const shape = [1, -0.5, 0, 0.25, 0, 2];
const expected = shapeHead(head, { shape });

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'flowfit-neutral-'))));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, digits: number) {
  expect(got.length).toBe(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
}

test('a mesh, in metres or in millimetres', async () => {
  const vertices = Float32Array.from(expected);
  const metres = await file('head.obj', formatObj({ vertices, faces: head.faces }));
  expectClose(await readNeutral(metres, { head }), expected, 5);
  const millimetres = vertices.map((value) => 1000 * value);
  const path = await file('head-mm.obj', formatObj({ vertices: millimetres, faces: head.faces }));
  expectClose(await readNeutral(path, { head }), expected, 5);
});

test('coefficients, as a list or with the hash of their basis', async () => {
  expectClose(await readNeutral(await file('list.json', JSON.stringify(shape)), { head }), expected, 6);
  const named = JSON.stringify({ shape, shapeBasisHash: head.shapeBasisHash });
  expectClose(await readNeutral(await file('named.json', named), { head }), expected, 6);
  const npz = formatNpz({ shape: { dtype: 'float32', shape: [6], data: Float32Array.from(shape) } });
  expectClose(await readNeutral(await file('shape.npz', npz), { head }), expected, 6);
});

test('a network, through the basis that it names', async () => {
  const metadata = { contract: 'neutral-shape/1', range: '0 255', mean: '0', std: '255', licence: 'CC0-1.0' };
  const weights = [shape, [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]];
  const read = async () => ({ width: 640, height: 480, data: new Uint8Array(640 * 480 * 3).fill(255) });
  const context = { head, alignment, sequence: { frameCount: 3, viewCount: 3, read } as never };
  const own = createNeutralNetwork(weights, { ...metadata, shape_basis: head.shapeBasisHash });
  expectClose(await readNeutral(await file('own.onnx', own), context), expected, 5);
  const foreign = await file(
    'foreign.onnx',
    createNeutralNetwork(weights, { ...metadata, shape_basis: 'f'.repeat(64) }),
  );
  await expect(readNeutral(foreign, context)).rejects.toThrow(/expected coefficients of the shape basis of tiny-head/);
  await expect(readNeutral(foreign, { head })).rejects.toThrow('needs pictures and their landmarks.');
});

test('what does not fit is refused', async () => {
  const long = await file('long.json', JSON.stringify([1, 2, 3, 4, 5, 6, 7]));
  await expect(readNeutral(long, { head })).rejects.toThrow('expected at most 6 coefficients as in tiny-head, got 7.');
  const words = await file('words.json', '{"shape": ["a"]}');
  await expect(readNeutral(words, { head })).rejects.toThrow('expected shape coefficients as an array of numbers');
  const other = await file('other.json', JSON.stringify({ shape, shapeBasisHash: '0'.repeat(64) }));
  await expect(readNeutral(other, { head })).rejects.toThrow('got basis 000000000000.');
  const triangle = await file('triangle.obj', 'v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n');
  await expect(readNeutral(triangle, { head })).rejects.toThrow(
    'expected 276 vertices as in head model tiny-head, got 3.',
  );
  await expect(readNeutral(join(folder, 'head.stl'), { head })).rejects.toThrow(
    'expected a neutral head as .obj, .ply, .json, .npz or .onnx.',
  );
});
