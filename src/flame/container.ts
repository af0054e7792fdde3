import { ArrayReader } from '../tensor/array-reader.js';
import { type NpyArray } from '../tensor/npy.js';
import { parseNpz } from '../tensor/npz.js';
import { checkHeadModel } from './check-head-model.js';
import { type ContainerMeta, parseContainerMeta } from './container-meta.js';
import { contentHash } from './content-hash.js';
import { type BlendBasis, type HeadModel, type LandmarkEmbedding, type UvLayout } from './head-model.js';

export { formatHeadModel } from './format-container.js';

/** Reads a head model container (docs/head-container.md), and checks every part of it. */
export function parseHeadModel(bytes: Uint8Array): HeadModel {
  return headModelFromArrays(parseNpz(bytes, { where: 'head model' }));
}

/** The same from the container's arrays. */
export function headModelFromArrays(arrays: Record<string, NpyArray>): HeadModel {
  const meta = parseContainerMeta(arrays);
  const read = new ArrayReader(arrays, `head model ${meta.name}`);
  const V = read.array('template', null, 3).shape[0];
  const J = read.array('parents', null).shape[0];
  const faces = read.ints('faces', null, 3);
  const shape = readBasis(read, 'shape', V, meta.shapeNames);
  const head: HeadModel = {
    name: meta.name,
    licence: meta.licence,
    source: meta.source,
    vertexCount: V,
    template: read.floats('template', V, 3),
    faces,
    shape,
    expression: readBasis(read, 'expression', V, meta.expressionNames),
    poseBasis: read.optionalFloats('pose_basis', 9 * (J - 1), V, 3),
    jointRegressor: read.floats('joint_regressor', J, V),
    skinningWeights: read.floats('skinning_weights', V, J),
    parents: read.ints('parents', J),
    jointNames: meta.jointNames,
    jointLimits: readJointLimits(read, J),
    uvLayouts: readLayouts(read, V, faces.length / 3, meta),
    regions: readRegions(read, V),
    vertexWeights: read.optionalFloats('vertex_weights', V),
    landmarks68: readLandmarks(read, 'landmarks68', 68),
    landmarks478: readLandmarks(read, 'landmarks478', 478),
    mirror: read.has('mirror') ? read.ints('mirror', V) : undefined,
    shapeBasisHash: contentHash(shape.basis),
  };
  checkHeadModel(head);
  checkHashes(head, meta);
  return head;
}

/** A container whose basis or UVs are not the ones it names would silently misread coefficients and flows. */
function checkHashes(head: HeadModel, meta: ContainerMeta): void {
  checkHash(head, 'the shape basis', meta.shapeBasisHash, head.shapeBasisHash);
  for (const [name, { hash }] of Object.entries(head.uvLayouts)) {
    checkHash(head, `UV layout ${name}`, meta.uvLayouts?.[name]?.hash, hash);
  }
}

function checkHash({ name }: HeadModel, what: string, declared: string | undefined, found: string): void {
  if (declared !== undefined && declared !== found) {
    throw new Error(`head model ${name}: expected ${what} with the hash ${declared}, got ${found}.`);
  }
}

function readBasis(read: ArrayReader, kind: 'shape' | 'expression', V: number, names?: string[]): BlendBasis {
  const stored = read.array(`${kind}_basis`, null, V, 3);
  const count = stored.shape[0];
  if (!['int8', 'int16', 'float32', 'float64'].includes(stored.dtype)) {
    throw new Error(`${read.where}: expected ${kind}_basis of int8, int16 or float32, got ${stored.dtype}.`);
  }
  const statistic = (name: string, standard: number) =>
    read.optionalFloats(`${kind}_${name}`, count) ?? new Float32Array(count).fill(standard);
  return {
    count,
    basis: stored.dtype.startsWith('float')
      ? read.floats(`${kind}_basis`, count, V, 3)
      : dequantise(stored, read.floats(`${kind}_scale`, count)),
    names,
    mean: statistic('mean', 0),
    sigma: statistic('sigma', 1),
    lower: statistic('lower', -Infinity),
    upper: statistic('upper', Infinity),
  };
}

/** Turns small integers `[count, ...]` into floats; `scale` `[count]` is the size of one quantum. */
export function dequantise({ data }: NpyArray, scale: Float32Array): Float32Array {
  const result = new Float32Array(data.length);
  const size = data.length / scale.length;
  for (let i = 0; i < data.length; i++) result[i] = (data[i] as number) * scale[Math.floor(i / size)];
  return result;
}

function readJointLimits(read: ArrayReader, J: number) {
  if (!read.has('joint_lower')) return undefined;
  return {
    lower: read.floats('joint_lower', J, 3),
    upper: read.floats('joint_upper', J, 3),
    sigma: read.floats('joint_sigma', J, 3),
  };
}

function readLayouts(
  read: ArrayReader,
  V: number,
  T: number,
  { uvLayouts: declared }: ContainerMeta,
): Record<string, UvLayout> {
  const layouts: Record<string, UvLayout> = {};
  for (const name of suffixes(read, 'uv:')) {
    const uvVertices = read.floats(`uv_vertices:${name}`, V, 2);
    const uv = read.floats(`uv:${name}`, null, 2);
    const registeredTo = declared?.[name]?.registeredTo;
    layouts[name] = {
      hash: contentHash(uvVertices),
      ...(registeredTo && { registeredTo }),
      uv,
      uvFaces: read.ints(`uv_faces:${name}`, T, 3),
      uvVertices,
    };
  }
  return layouts;
}

function readRegions(read: ArrayReader, V: number): Record<string, Uint8Array> {
  const regions: Record<string, Uint8Array> = {};
  for (const name of suffixes(read, 'region:')) regions[name] = Uint8Array.from(read.ints(`region:${name}`, V));
  return regions;
}

function suffixes(read: ArrayReader, prefix: string): string[] {
  return Object.keys(read.arrays).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

function readLandmarks(read: ArrayReader, name: string, count: number): LandmarkEmbedding | undefined {
  if (!read.has(`${name}_faces`)) return undefined;
  const spread = read.optionalFloats(`${name}_spread`, count);
  return {
    faces: read.ints(`${name}_faces`, count),
    barycentric: read.floats(`${name}_barycentric`, count, 3),
    ...(spread && { spread }),
  };
}
