import { type HeadModel } from '../../flame/head-model.js';
import { interpolateSurface } from '../../geometry/interpolate-surface.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';

/** How many faces are drawn. */
const draws = 8;
/** What a turn of a joint moves a vertex that is all its own by, about, metres. */
const jointMove = 0.05;

/**
 * Where points are and how they move, `[N, width]` metres: points whose features are near lie near on the mean head, move
 * alike in a few faces drawn from the model, and hang on the same joints. Two lips touch and yet do not move alike.
 *
 * @returns NaN for a point on no triangle.
 */
export function motionFeatures(head: HeadModel, points: SurfacePoints[]): { width: number; values: Float64Array } {
  const { vertexCount: V, template, expression, skinningWeights } = head;
  const joints = head.parents.length;
  const width = 3 + 3 * draws + joints;
  const ofVertices = new Float32Array(V * width);
  const drawn = Array.from({ length: draws }, (_, draw) => drawnFace(expression, draw));
  for (let v = 0; v < V; v++) {
    const at = v * width;
    ofVertices.set(template.subarray(v * 3, v * 3 + 3), at);
    drawn.forEach((face, draw) => ofVertices.set(face.subarray(v * 3, v * 3 + 3), at + 3 + 3 * draw));
    for (let j = 0; j < joints; j++) {
      ofVertices[at + 3 + 3 * draws + j] = jointMove * skinningWeights[v * joints + j];
    }
  }
  const values = points.flatMap((set) => Array.from(interpolateSurface(ofVertices, width, head.faces, set)));
  return { width, values: Float64Array.from(values) };
}

/** Displacements `[V, 3]` of a face whose coefficients lie one sigma from zero on either side, signs from a hash. */
function drawnFace({ count, basis, sigma }: HeadModel['expression'], draw: number): Float32Array {
  const length = basis.length / Math.max(1, count);
  const face = new Float32Array(length);
  for (let e = 0; e < count; e++) {
    const coefficient = Math.sin((draw * count + e + 1) * 12.9898) * 43758.5453;
    const signed = (coefficient - Math.floor(coefficient) < 0.5 ? -1 : 1) * sigma[e];
    for (let i = 0; i < length; i++) face[i] += signed * basis[e * length + i];
  }
  return face;
}
