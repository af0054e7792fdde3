import { type NpyArray } from '../tensor/npy.js';
import { formatNpz } from '../tensor/npz.js';
import { checkHeadModel } from './check-head-model.js';
import { containerFormat, formatContainerMeta } from './container-meta.js';
import { type BlendBasis, type HeadModel, type LandmarkEmbedding } from './head-model.js';

/** Writes a head model container (docs/head-container.md), float bases as they are. */
export function formatHeadModel(head: HeadModel): Uint8Array {
  checkHeadModel(head);
  const V = head.vertexCount;
  const J = head.parents.length;
  const T = head.faces.length / 3;
  const arrays: Record<string, NpyArray> = {
    meta: formatContainerMeta({
      format: containerFormat,
      name: head.name,
      licence: head.licence,
      source: head.source,
      jointNames: head.jointNames,
      shapeNames: head.shape.names,
      expressionNames: head.expression.names,
      shapeBasisHash: head.shapeBasisHash,
      uvLayouts: Object.fromEntries(
        Object.entries(head.uvLayouts).map(([name, { hash, registeredTo }]) => [name, { hash, registeredTo }]),
      ),
    }),
    template: floats(head.template, V, 3),
    faces: ints(head.faces, T, 3),
    ...basisArrays('shape', head.shape, V),
    ...basisArrays('expression', head.expression, V),
    joint_regressor: floats(head.jointRegressor, J, V),
    skinning_weights: floats(head.skinningWeights, V, J),
    parents: ints(head.parents, J),
    ...(head.poseBasis && { pose_basis: floats(head.poseBasis, 9 * (J - 1), V, 3) }),
    ...(head.vertexWeights && { vertex_weights: floats(head.vertexWeights, V) }),
    ...(head.mirror && { mirror: ints(head.mirror, V) }),
    ...landmarkArrays('landmarks68', head.landmarks68),
    ...landmarkArrays('landmarks478', head.landmarks478),
  };
  for (const [name, limits] of Object.entries(head.jointLimits ?? {})) arrays[`joint_${name}`] = floats(limits, J, 3);
  for (const [name, { uv, uvFaces, uvVertices }] of Object.entries(head.uvLayouts)) {
    arrays[`uv:${name}`] = floats(uv, uv.length / 2, 2);
    arrays[`uv_faces:${name}`] = ints(uvFaces, T, 3);
    arrays[`uv_vertices:${name}`] = floats(uvVertices, V, 2);
  }
  for (const [name, data] of Object.entries(head.regions))
    arrays[`region:${name}`] = { dtype: 'uint8', shape: [V], data };
  return formatNpz(arrays);
}

function floats(data: Float32Array, ...shape: number[]): NpyArray {
  return { dtype: 'float32', shape, data };
}

function ints(data: Int32Array, ...shape: number[]): NpyArray {
  return { dtype: 'int32', shape, data };
}

function basisArrays(kind: string, { count, basis, ...statistics }: BlendBasis, V: number): Record<string, NpyArray> {
  const arrays: Record<string, NpyArray> = { [`${kind}_basis`]: floats(basis, count, V, 3) };
  for (const name of ['mean', 'sigma', 'lower', 'upper'] as const)
    arrays[`${kind}_${name}`] = floats(statistics[name], count);
  return arrays;
}

function landmarkArrays(name: string, landmarks: LandmarkEmbedding | undefined): Record<string, NpyArray> {
  if (!landmarks) return {};
  const { faces, barycentric, spread } = landmarks;
  return {
    [`${name}_faces`]: ints(faces, faces.length),
    [`${name}_barycentric`]: floats(barycentric, faces.length, 3),
    ...(spread && { [`${name}_spread`]: floats(spread, faces.length) }),
  };
}
