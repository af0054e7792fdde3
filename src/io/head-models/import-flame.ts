import { contentHash } from '../../flame/content-hash.js';
import { type BlendBasis, type HeadModel } from '../../flame/head-model.js';
import { ArrayReader } from '../../tensor/array-reader.js';
import { dequantise } from '../../flame/container.js';
import { stringValues } from '../../tensor/npy-values.js';
import { blendBasis, componentsFirst, transferredStatistics } from './blend-basis.js';
import { type ModelArrays } from './model-arrays.js';

/** FLAME keeps up to this many identity components; further ones in the same array are expressions. */
const identityComponents = 300;

const jointNames = ['root', 'neck', 'jaw', 'left_eye', 'right_eye'];

/** Whether these are the arrays of a FLAME model, in any of its forms. */
export function isFlame(arrays: ModelArrays): boolean {
  return 'v_template' in arrays && 'shapedirs' in arrays && 'weights' in arrays;
}

/**
 * A head model from FLAME's arrays: the pickles of 2019, 2020, 2023 and 2023 Open, and the same keys in an `.npz`.
 *
 * `shapedirs` holds identity and expression components in a row, or identity alone. Expressions may also come as
 * `expressiondirs` or, as units and quantised, as `ict_expression_q`. The 2023 model without a jaw has the same
 * arrays; its expressions open the mouth.
 */
export function importFlame(arrays: ModelArrays, name: string): HeadModel {
  const read = new ArrayReader(arrays, name);
  const V = read.array('v_template', null, 3).shape[0];
  const parents = readParents(read);
  const J = parents.length;
  const faces = read.ints(read.has('faces') ? 'faces' : 'f', null, 3);
  const { shape, expression } = readBases(read, V);
  const head: HeadModel = {
    name,
    licence: 'the licence of the FLAME release it was imported from',
    source: 'FLAME (Li et al., SIGGRAPH Asia 2017), flame.is.tue.mpg.de',
    vertexCount: V,
    template: read.floats('v_template', V, 3),
    faces,
    shape,
    expression,
    poseBasis: read.has('posedirs') ? readPoseBasis(read, V, J) : undefined,
    jointRegressor: read.floats('J_regressor', J, V),
    skinningWeights: read.floats('weights', V, J),
    parents,
    jointNames: J === jointNames.length ? jointNames : Array.from(parents, (_, joint) => `joint${joint}`),
    uvLayouts: {},
    regions: {},
    shapeBasisHash: contentHash(shape.basis),
  };
  return head;
}

/** The kinematic tree: parents over children, the root's parent an unsigned -1. */
function readParents(read: ArrayReader): Int32Array {
  if (read.has('parents')) return read.ints('parents', null);
  const { data, shape } = read.array('kintree_table', 2, null);
  return Int32Array.from({ length: shape[1] }, (_, joint) => {
    const parent = Number(data[joint]);
    return parent >= shape[1] ? -1 : parent;
  });
}

function readBases(read: ArrayReader, V: number): { shape: BlendBasis; expression: BlendBasis } {
  const stored = read.array('shapedirs', V, 3, null).shape[2];
  const values = read.floats('shapedirs', V, 3, stored);
  const identityCount = Math.min(stored, identityComponents);
  const shape = blendBasis(componentsFirst(values, stored, 0, identityCount), V);
  if (stored > identityCount) {
    return { shape, expression: blendBasis(componentsFirst(values, stored, identityCount), V) };
  }
  return { shape, expression: readSeparateExpressions(read, V) };
}

function readSeparateExpressions(read: ArrayReader, V: number): BlendBasis {
  if (read.has('ict_expression_q')) {
    const quantised = read.array('ict_expression_q', null, V, 3);
    const names = stringValues(read.array('ict_expression_names', quantised.shape[0]), read.where);
    const scale = read.floats('ict_expression_scale', quantised.shape[0]);
    return blendBasis(dequantise(quantised, scale), V, { ...transferredStatistics, names });
  }
  const key = ['expressiondirs', 'expressedirs', 'exprdirs'].find((candidate) => read.has(candidate));
  if (!key) return blendBasis(new Float32Array(0), V);
  const stored = read.array(key, V, 3, null).shape[2];
  return blendBasis(componentsFirst(read.floats(key, V, 3, stored), stored), V);
}

/** Stored `[V, 3, features]`, or already `[features, 3 V]`. */
function readPoseBasis(read: ArrayReader, V: number, J: number): Float32Array {
  const features = 9 * (J - 1);
  if (read.arrays.posedirs.shape.length === 2) return read.floats('posedirs', features, V * 3);
  return componentsFirst(read.floats('posedirs', V, 3, features), features);
}
