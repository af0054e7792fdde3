import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatObj, readMesh } from '../../src/io/mesh-file.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-mesh-'));
const positions = [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0.125];
const triangles = [0, 1, 2, 0, 2, 3];

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function expectSquare(path: string): Promise<void> {
  const { vertices, faces } = await readMesh(path);
  expect([[...vertices], [...faces]]).toEqual([positions, triangles]);
}

const corners = [0, 3, 6, 9].map((v) => positions.slice(v, v + 3));

describe('OBJ', () => {
  const vertexLines = corners.map((corner) => `v ${corner.join(' ')}`).join('\n');

  test.each([
    ['a quad', 'f 1 2 3 4'],
    ['with UVs and normals', 'vt 0 0\nf 1/1/1 2/1/1 3//1 4/1'],
    ['counted backwards', 'f -4 -3 -2 -1'],
  ])('%s', async (name, face) => {
    await expectSquare(write(`${name}.obj`, `# comment\r\n${vertexLines}\n${face}\n`));
  });

  test('what is written is read', async () => {
    await expectSquare(write('own.obj', formatObj({ vertices: positions, faces: triangles })));
  });
});

describe('PLY', () => {
  const header = (format: string) =>
    `ply\nformat ${format} 1.0\ncomment test\nelement vertex 4\nproperty double x\nproperty float y\nproperty float z\n` +
    'property uchar red\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n';

  test('text', async () => {
    const lines = corners.map((corner) => `${corner.join(' ')} 255`).join('\n');
    await expectSquare(write('ascii.ply', `${header('ascii')}${lines}\n4 0 1 2 3\n`));
  });

  test.each([
    ['binary_little_endian', true],
    ['binary_big_endian', false],
  ])('%s', async (format, little) => {
    const body = new DataView(new ArrayBuffer(4 * 17 + 17));
    corners.forEach(([x, y, z], v) => {
      body.setFloat64(v * 17, x, little);
      body.setFloat32(v * 17 + 8, y, little);
      body.setFloat32(v * 17 + 12, z, little);
      body.setUint8(v * 17 + 16, 255);
    });
    body.setUint8(68, 4);
    [0, 1, 2, 3].forEach((vertex, i) => body.setInt32(69 + i * 4, vertex, little));
    const bytes = Buffer.concat([Buffer.from(header(format)), Buffer.from(body.buffer)]);
    await expectSquare(write(`${format}.ply`, bytes));
    const cut = write('cut.ply', bytes.subarray(0, bytes.length - 3));
    await expect(readMesh(cut)).rejects.toThrow('cut.ply: the file is cut off.');
  });
});

describe('refused', () => {
  test.each([
    ['no vertices', 'hello', /expected vertices, got none/],
    ['no number', 'v 0 a 0\n', /expected finite positions, got NaN at vertex 0/],
    ['a face of other vertices', 'v 0 0 0\nf 1 2 3\n', /expected faces of 1 vertices, got the vertex 1/],
    ['a face of no vertices', 'v 0 0 0\nf a b c\n', /expected a vertex number in line 2, got 'a'/],
    [
      'a PLY that promises too much',
      'ply\nformat ascii 1.0\nelement vertex 999999\nend_header\n',
      /too short for 999999/,
    ],
    ['a PLY without an end', 'ply\nformat ascii 1.0\n', /expected a PLY file/],
  ])('%s', async (_, content, message) => {
    await expect(readMesh(write('bad', content))).rejects.toThrow(message);
  });
});
