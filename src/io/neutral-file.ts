import { extname } from 'node:path';
import { type Alignment } from '../alignment/alignment.js';
import { predictNeutral } from '../alignment/neutral-network.js';
import { type Device } from '../alignment/onnx-session.js';
import { type HeadModel } from '../flame/head-model.js';
import { shapeHead } from '../flame/pose-head.js';
import { type Sequence } from '../geometry/sequence.js';
import { ArrayReader } from '../tensor/array-reader.js';
import { parseNpz } from '../tensor/npz.js';
import { loadHeadModel } from './head-model-file.js';
import { readMesh } from './mesh-file.js';
import { readFileBytes, readJsonFile } from './read-file.js';

/** What a prediction from pictures needs beside the network. */
export interface NeutralContext {
  head: HeadModel;
  /** Pictures and landmarks; only a network needs them. */
  sequence?: Sequence;
  alignment?: Alignment;
  /** Head model file of the basis that a network's coefficients belong to, where it is not the head's own. */
  basis?: string;
  device?: Device;
}

/**
 * A neutral head from a file: a mesh of the head model's topology (`.obj`, `.ply`), shape coefficients (`.json`: an
 * array, or `{"shape": [...], "shapeBasisHash": "..."}`; `.npz`: `shape`), or an ONNX network of the contract
 * `neutral-shape/1` that predicts them from the pictures.
 *
 * @returns `[V, 3]` metres, in any rigid position.
 */
export async function readNeutral(path: string, context: NeutralContext): Promise<Float32Array> {
  const { head } = context;
  switch (extname(path).toLowerCase()) {
    case '.obj':
    case '.ply':
      return neutralFromMesh(path, head);
    case '.json':
      return neutralFromCoefficients(await readCoefficientsJson(path), await basisHead(context), head, path);
    case '.npz':
      return neutralFromCoefficients(await readCoefficientsNpz(path), await basisHead(context), head, path);
    case '.onnx':
      return neutralFromNetwork(path, context);
    default:
      throw new Error(`${path}: expected a neutral head as .obj, .ply, .json, .npz or .onnx.`);
  }
}

/** Heads are a quarter of a metre tall: whatever is a hundred or a thousand times that is in centimetres or millimetres. */
const units = [
  { size: 0.25, metres: 1 },
  { size: 25, metres: 0.01 },
  { size: 250, metres: 0.001 },
];

async function neutralFromMesh(path: string, head: HeadModel): Promise<Float32Array> {
  const { vertices } = await readMesh(path);
  if (vertices.length !== head.template.length) {
    throw new Error(
      `${path}: expected ${head.vertexCount} vertices as in head model ${head.name}, got ${vertices.length / 3}.`,
    );
  }
  let [lowest, highest] = [Infinity, -Infinity];
  for (let i = 0; i < vertices.length; i++) {
    lowest = Math.min(lowest, vertices[i]);
    highest = Math.max(highest, vertices[i]);
  }
  const distance = (size: number) => Math.abs(Math.log((highest - lowest) / size));
  const { metres } = units.reduce((a, b) => (distance(b.size) < distance(a.size) ? b : a));
  return vertices.map((value) => value * metres);
}

interface Coefficients {
  shape: Float32Array;
  shapeBasisHash?: string;
}

async function readCoefficientsJson(path: string): Promise<Coefficients> {
  const value = await readJsonFile(path);
  const { shape, shapeBasisHash } = (Array.isArray(value) ? { shape: value } : (value ?? {})) as {
    shape?: unknown;
    shapeBasisHash?: string;
  };
  if (!Array.isArray(shape) || !shape.every((entry) => Number.isFinite(entry))) {
    throw new Error(`${path}: expected shape coefficients as an array of numbers, or under the key "shape".`);
  }
  return { shape: Float32Array.from(shape), shapeBasisHash };
}

async function readCoefficientsNpz(path: string): Promise<Coefficients> {
  const reader = new ArrayReader(parseNpz(await readFileBytes(path), { where: path }), path);
  return { shape: reader.floats('shape', null) };
}

async function basisHead({ head, basis }: NeutralContext): Promise<HeadModel> {
  return basis === undefined ? head : loadHeadModel(basis);
}

/** Turns coefficients into vertices by the basis they belong to; the same numbers mean another head in another basis. */
function neutralFromCoefficients(
  { shape, shapeBasisHash }: Coefficients,
  basis: HeadModel,
  head: HeadModel,
  where: string,
): Float32Array {
  if (shapeBasisHash !== undefined && shapeBasisHash !== basis.shapeBasisHash) {
    throw new Error(
      `${where}: expected coefficients of the shape basis of ${basis.name} (${basis.shapeBasisHash.slice(0, 12)}), got basis ${shapeBasisHash.slice(0, 12)}.`,
    );
  }
  if (shape.length > basis.shape.count) {
    throw new Error(
      `${where}: expected at most ${basis.shape.count} coefficients as in ${basis.name}, got ${shape.length}.`,
    );
  }
  if (basis.vertexCount !== head.vertexCount) {
    throw new Error(
      `${where}: expected a basis of ${head.vertexCount} vertices as in head model ${head.name}, got ${basis.vertexCount} in ${basis.name}.`,
    );
  }
  return Float32Array.from(shapeHead(basis, { shape }));
}

async function neutralFromNetwork(path: string, context: NeutralContext): Promise<Float32Array> {
  const { head, sequence, alignment, device } = context;
  if (!sequence || !alignment) throw new Error(`${path}: a neutral-shape network needs pictures and their landmarks.`);
  const network = await readFileBytes(path);
  const prediction = await predictNeutral(network, { where: path, head, sequence, alignment, device });
  return neutralFromCoefficients(prediction, await basisHead(context), head, path);
}
