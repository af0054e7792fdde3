import { contentHash } from '../../flame/content-hash.js';
import { type HeadModel } from '../../flame/head-model.js';
import { ArrayReader } from '../../tensor/array-reader.js';
import { floatValues, intValues, stringValues } from '../../tensor/npy-values.js';
import { blendBasis } from './blend-basis.js';
import { type ModelArrays } from './model-arrays.js';

/** Heads are this high, metres; another height is another unit. */
const plausibleHeight = [0.15, 1];
/** Our regions by the vertex groups of GNM that they are made of, as far as a model has them. */
const regionGroups: Record<string, string[]> = {
  skin: ['skin'],
  face: ['face'],
  mouth: ['lips'],
  nose: ['nose'],
  ears: ['ears', 'left_ear', 'right_ear'],
  scalp: ['scalp'],
  neck: ['neck'],
  eyeballs: ['eyes', 'left_eye', 'right_eye'],
  teeth: ['teeth', 'upper_teeth', 'lower_teeth', 'upper_teeth_and_gums', 'lower_teeth_and_gums'],
  tongue: ['tongue'],
};

/** Whether these are the arrays of a GNM model. */
export function isGnm(arrays: ModelArrays): boolean {
  return 'template_vertex_positions' in arrays && 'vertex_identity_basis' in arrays;
}

/**
 * A head model from a GNM npz: identity and expression in N(0, 1), its own joints.
 *
 * GNM's pose correctives read every joint's rotation, the root's among them; the root's are left out, as the root
 * stands still here.
 */
export function importGnm(arrays: ModelArrays, name: string): HeadModel {
  const read = new ArrayReader(arrays, name);
  const V = read.array('template_vertex_positions', null, 3).shape[0];
  const template = read.floats('template_vertex_positions', V, 3);
  checkHeight(template, name);
  const J = read.array('skinning_weights', null, V).shape[0];
  const names = (key: string, count: number) => stringValues(read.array(key, count), `${name}: ${key}`);
  const basis = (key: string) => read.floats(key, null, V, 3);
  const identity = basis('vertex_identity_basis');
  const expression = basis('expression_basis');
  const shape = blendBasis(identity, V, { names: names('identity_names', identity.length / template.length) });
  return {
    name,
    licence: 'Apache-2.0',
    source: 'GNM (Google), github.com/google/GNM',
    vertexCount: V,
    template,
    faces: read.ints('triangles', null, 3),
    shape,
    expression: blendBasis(expression, V, { names: names('expression_names', expression.length / template.length) }),
    poseBasis: readPoseBasis(read, V, J),
    jointRegressor: read.floats('joint_regressor', J, V),
    skinningWeights: transpose(read.floats('skinning_weights', J, V), J),
    parents: readParents(read, J),
    jointNames: names('joint_names', J),
    uvLayouts: {},
    regions: readRegions(read, V),
    mirror: read.has('mirror_indices') ? read.ints('mirror_indices', V) : undefined,
    shapeBasisHash: contentHash(shape.basis),
  };
}

function checkHeight(template: Float32Array, name: string): void {
  const heights = template.filter((_, i) => i % 3 === 1);
  const height =
    heights.reduce((most, y) => Math.max(most, y), -Infinity) -
    heights.reduce((least, y) => Math.min(least, y), Infinity);
  if (height < plausibleHeight[0] || height > plausibleHeight[1]) {
    throw new Error(
      `${name}: expected a head of ${plausibleHeight.join(' to ')} m along y, got ${height.toPrecision(3)}.`,
    );
  }
}

/** The root may be its own parent. */
function readParents(read: ArrayReader, J: number): Int32Array {
  const stated = intValues(read.array('joint_parent_indices', J), `${read.where}: joint_parent_indices`);
  return stated.map((parent, joint) => (parent === joint || parent < 0 || joint === 0 ? -1 : parent));
}

/** Stored `[9 J, 3 V]`. */
function readPoseBasis(read: ArrayReader, V: number, J: number): Float32Array | undefined {
  if (!read.has('pose_correctives_regressor')) return undefined;
  return read.floats('pose_correctives_regressor', 9 * J, 3 * V).slice(9 * 3 * V);
}

function transpose(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  return Float32Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}

function readRegions(read: ArrayReader, V: number): Record<string, Uint8Array> {
  if (!read.has('vertex_groups')) return {};
  const stored = read.array('vertex_groups', null, V);
  const weights = floatValues(stored, read.where);
  const names = stringValues(read.array('vertex_group_names', stored.shape[0]), read.where);
  const regions: Record<string, Uint8Array> = {};
  for (const [region, groups] of Object.entries(regionGroups)) {
    const rows = groups.map((group) => names.indexOf(group)).filter((row) => row >= 0);
    if (rows.length === 0) continue;
    regions[region] = Uint8Array.from({ length: V }, (_, v) =>
      rows.some((row) => weights[row * V + v] > 0.5) ? 1 : 0,
    );
  }
  return regions;
}
