import { dequantise } from '../../flame/container.js';
import { contentHash } from '../../flame/content-hash.js';
import { type HeadModel, vertexSurfacePoints } from '../../flame/head-model.js';
import { ArrayReader } from '../../tensor/array-reader.js';
import { stringValues } from '../../tensor/npy-values.js';
import { blendBasis, unitStatistics } from './blend-basis.js';
import { ictLandmarks68, ictVertexCount } from './ict-topology.js';
import { ictJoints, ictRegions } from './ict-rig.js';
import { type ModelArrays } from './model-arrays.js';

const centimetre = 0.01;
/** Weight of what is not the face in the alignment. */
const otherWeight = 0.005;

/** Whether these are the arrays of ICT-FaceKit's light model. */
export function isIct(arrays: ModelArrays): boolean {
  return 'neutral' in arrays && ('identity_q' in arrays || 'identity' in arrays);
}

/**
 * A head model from ICT-FaceKit: identity in N(0, 1), expression units in [0, 1].
 *
 * The facial rig opens the jaw by expressions, so the jaw joint of the FLAME order moves nothing. ICT's UVs lie on
 * several tiles and are left out.
 *
 * @param arrays `neutral` `[V, 3]` centimetres, `quads` `[T, 4]` with -1 after a triangle, and `identity` and
 *   `expression` `[N, V, 3]` displacements, centimetres, as floats or (`_q`) in quanta of `_scale`, with their names.
 */
export function importIct(arrays: ModelArrays, name: string): HeadModel {
  const read = new ArrayReader(arrays, name);
  const template = inMetres(read.floats('neutral', ictVertexCount, 3));
  const faces = triangulate(read.ints('quads', null, 4));
  const identity = readShapes(read, 'identity');
  const expression = readShapes(read, 'expression');
  const shape = blendBasis(identity.basis, ictVertexCount, { names: identity.names });
  const regions = ictRegions(template);
  const { faces: triangleOf, barycentric } = vertexSurfacePoints({ faces, vertexCount: ictVertexCount });
  return {
    name,
    licence: 'MIT',
    source: 'ICT-FaceKit (USC Institute for Creative Technologies)',
    vertexCount: ictVertexCount,
    template,
    faces,
    shape,
    expression: blendBasis(expression.basis, ictVertexCount, { ...unitStatistics, names: expression.names }),
    ...ictJoints(template),
    uvLayouts: {},
    regions,
    vertexWeights: Float32Array.from(regions.face, (inside) => (inside ? 1 : otherWeight)),
    landmarks68: {
      faces: Int32Array.from(ictLandmarks68, (vertex) => triangleOf[vertex]),
      barycentric: Float32Array.from(ictLandmarks68.flatMap((v) => [...barycentric.subarray(v * 3, v * 3 + 3)])),
    },
    shapeBasisHash: contentHash(shape.basis),
  };
}

function readShapes(read: ArrayReader, kind: 'identity' | 'expression'): { basis: Float32Array; names: string[] } {
  const quantised = read.has(`${kind}_q`);
  const stored = read.array(quantised ? `${kind}_q` : kind, null, ictVertexCount, 3);
  const count = stored.shape[0];
  const values = quantised
    ? dequantise(stored, read.floats(`${kind}_scale`, count))
    : read.floats(kind, count, null, 3);
  return { basis: inMetres(values), names: stringValues(read.array(`${kind}_names`, count), read.where) };
}

function inMetres(values: Float32Array): Float32Array {
  return values.map((value) => value * centimetre);
}

/** Cuts quads in two; a triangle has -1 as its fourth corner. */
function triangulate(quads: Int32Array): Int32Array {
  const faces: number[] = [];
  for (let i = 0; i < quads.length; i += 4) {
    const [a, b, c, d] = quads.subarray(i, i + 4);
    faces.push(a, b, c);
    if (d >= 0) faces.push(a, c, d);
  }
  return Int32Array.from(faces);
}
