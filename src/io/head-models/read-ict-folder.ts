import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type NpyArray } from '../../tensor/npy.js';
import { readMesh } from '../mesh-file.js';
import { type ModelArrays } from './model-arrays.js';

const neutralFile = 'generic_neutral_mesh.obj';

/**
 * ICT-FaceKit as it is published: a folder of OBJ files, the neutral head, one per identity component (`identity000`)
 * and one per expression unit, each the whole mesh; centimetres.
 *
 * @returns the arrays that `importIct` reads.
 */
export async function readIctFolder(folder: string): Promise<ModelArrays> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.obj')).sort();
  if (!files.includes(neutralFile)) {
    throw new Error(`${folder}: expected ICT-FaceKit's ${neutralFile}, got ${files.length} other OBJ files.`);
  }
  const neutral = await readMesh(join(folder, neutralFile));
  const names = files.map((file) => basename(file, '.obj')).filter((name) => `${name}.obj` !== neutralFile);
  const identity = names.filter((name) => /^identity\d+$/.test(name));
  const expression = names.filter((name) => !identity.includes(name) && name !== 'generic_neutral_mesh');
  const V = neutral.vertices.length / 3;
  return {
    neutral: { dtype: 'float32', shape: [V, 3], data: neutral.vertices },
    quads: trianglesAsQuads(neutral.faces),
    ...(await readShapes(folder, 'identity', identity, neutral.vertices)),
    ...(await readShapes(folder, 'expression', expression, neutral.vertices)),
  };
}

async function readShapes(folder: string, kind: string, names: string[], neutral: Float32Array): Promise<ModelArrays> {
  const data = new Float32Array(names.length * neutral.length);
  for (const [k, name] of names.entries()) {
    const { vertices } = await readMesh(join(folder, `${name}.obj`));
    if (vertices.length !== neutral.length) {
      const [expected, got] = [neutral.length / 3, vertices.length / 3];
      throw new Error(`${join(folder, name)}.obj: expected ${expected} vertices as the neutral head, got ${got}.`);
    }
    vertices.forEach((value, i) => (data[k * neutral.length + i] = value - neutral[i]));
  }
  return {
    [kind]: { dtype: 'float32', shape: [names.length, neutral.length / 3, 3], data },
    [`${kind}_names`]: { dtype: 'string', shape: [names.length], data: names },
  };
}

function trianglesAsQuads(faces: Int32Array): NpyArray {
  const count = faces.length / 3;
  const data = Int32Array.from({ length: count * 4 }, (_, i) => (i % 4 === 3 ? -1 : faces[(i >> 2) * 3 + (i % 4)]));
  return { dtype: 'int32', shape: [count, 4], data };
}
