import { type HeadModel } from '../../src/flame/head-model.js';
import { type MeshSequence } from '../../src/evaluation/mesh-sequence.js';
import { readMultifaceSequence } from '../../src/evaluation/multiface-sequence.js';
import { type TruthRegions, transferRegions } from '../../src/evaluation/transfer-regions.js';
import { readFileBytes } from '../../src/io/read-file.js';
import { writeFileAtomic } from '../../src/io/write-file.js';
import { ArrayReader } from '../../src/tensor/array-reader.js';
import { formatNpz, parseNpz } from '../../src/tensor/npz.js';
import { type ListedSequence } from './sequence-list.js';

/** Writes labels of tracked meshes: `region:<name>` `[V]`, `key_point_faces` `[7]` and `key_point_barycentric` `[7, 3]`. */
export async function writeLabels(path: string, { regions, keyPoints }: TruthRegions): Promise<void> {
  const masks = Object.entries(regions).map(
    ([name, data]) => [`region:${name}`, { dtype: 'uint8' as const, shape: [data.length], data }] as const,
  );
  const { faces, barycentric } = keyPoints;
  const bytes = formatNpz({
    ...Object.fromEntries(masks),
    key_point_faces: { dtype: 'int32', shape: [faces.length], data: faces },
    key_point_barycentric: { dtype: 'float32', shape: [faces.length, 3], data: barycentric },
  });
  await writeFileAtomic(path, bytes);
}

/**
 * Reads labels for tracked meshes.
 *
 * @throws they are of a mesh of another topology.
 */
export async function readLabels(path: string, { vertexCount, faces }: MeshSequence): Promise<TruthRegions> {
  const file = new ArrayReader(parseNpz(await readFileBytes(path), { where: path }), path);
  const names = Object.keys(file.arrays).filter((key) => key.startsWith('region:'));
  if (names.length === 0) throw new Error(`${path}: expected arrays 'region:<name>', got none.`);
  const triangles = file.ints('key_point_faces', 7);
  const outside = triangles.find((triangle) => !(triangle >= 0 && triangle < faces.length / 3));
  if (outside !== undefined) {
    throw new Error(`${path}: key_point_faces: expected triangles of the tracked mesh, got ${outside}.`);
  }
  return {
    regions: Object.fromEntries(
      names.map((key) => [key.slice('region:'.length), Uint8Array.from(file.ints(key, vertexCount))]),
    ),
    keyPoints: { faces: triangles, barycentric: file.floats('key_point_barycentric', 7, 3) },
  };
}

/** The head model's labels on the tracked meshes, from the first frame of the first sequence that can be read. */
export async function transferLabels(head: HeadModel, sequences: ListedSequence[]): Promise<TruthRegions> {
  let problem: unknown;
  for (const { capture, segment } of sequences) {
    try {
      const { faces, frameNumbers, vertices } = await readMultifaceSequence(capture, { segment });
      return transferRegions(head, vertices(frameNumbers[0]), faces);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}
