import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatRegions, readRegions } from '../../src/evaluation/regions-file.js';

const given = {
  regions: { face: Uint8Array.of(1, 1, 0, 1), 'left ear': Uint8Array.of(0, 0, 1, 0) },
  keyPoints: { faces: Int32Array.of(0, 1, 1, 0, 1, 0, 1), barycentric: new Float32Array(21).fill(1 / 3) },
};

test('regions and key points come back; those of another mesh are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowfit-regions-'));
  const path = join(folder, 'regions.npz');
  await writeFile(path, formatRegions(given));
  expect(await readRegions(path, { vertexCount: 4, faces: new Int32Array(6) })).toEqual(given);
  await expect(readRegions(path, { vertexCount: 5, faces: new Int32Array(6) })).rejects.toThrow(/region:face.*5/);
  await expect(readRegions(path, { vertexCount: 4, faces: new Int32Array(3) })).rejects.toThrow(
    'key_point_faces: expected triangles below 1, got 1',
  );
  await rm(folder, { recursive: true });
});
