import { readFileBytes } from '../io/read-file.js';
import { ArrayReader } from '../tensor/array-reader.js';
import { formatNpz, parseNpz } from '../tensor/npz.js';
import { type MeshSequence } from './mesh-sequence.js';
import { type TruthRegions } from './transfer-regions.js';

const prefix = 'region:';

/**
 * Bytes of a regions file (npz): `region:<name>` uint8 `[V]`, `key_point_faces` int32 `[7]` and `key_point_barycentric`
 * float32 `[7, 3]`, all on the ground truth's mesh.
 */
export function formatRegions({ regions, keyPoints: { faces, barycentric } }: TruthRegions): Uint8Array {
  const masks = Object.entries(regions).map(
    ([name, data]) => [prefix + name, { dtype: 'uint8' as const, shape: [data.length], data }] as const,
  );
  return formatNpz({
    ...Object.fromEntries(masks),
    key_point_faces: { dtype: 'int32', shape: [faces.length], data: faces },
    key_point_barycentric: { dtype: 'float32', shape: [faces.length, 3], data: barycentric },
  });
}

/**
 * Reads a regions file.
 *
 * @throws it is for a mesh of another topology.
 */
export async function readRegions(
  path: string,
  { vertexCount, faces }: Pick<MeshSequence, 'vertexCount' | 'faces'>,
): Promise<TruthRegions> {
  const file = new ArrayReader(parseNpz(await readFileBytes(path), { where: path }), path);
  const names = Object.keys(file.arrays).filter((key) => key.startsWith(prefix));
  if (names.length === 0) throw new Error(`${path}: expected arrays '${prefix}<name>', got none.`);
  const triangles = file.ints('key_point_faces', 7);
  const outside = triangles.find((triangle) => !(triangle >= 0 && triangle < faces.length / 3));
  if (outside !== undefined) {
    throw new Error(`${path}: key_point_faces: expected triangles below ${faces.length / 3}, got ${outside}.`);
  }
  return {
    regions: Object.fromEntries(
      names.map((key) => [key.slice(prefix.length), Uint8Array.from(file.ints(key, vertexCount))]),
    ),
    keyPoints: { faces: triangles, barycentric: file.floats('key_point_barycentric', 7, 3) },
  };
}
