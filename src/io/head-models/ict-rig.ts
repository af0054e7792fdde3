import { Matrix, solve } from 'ml-matrix';
import { type HeadModel } from '../../flame/head-model.js';
import { ictLandmarks68, type IctPart, ictParts, ictVertexCount, inIctPart } from './ict-topology.js';

type Joints = Pick<HeadModel, 'jointRegressor' | 'skinningWeights' | 'parents' | 'jointNames'>;

const jointNames = ['root', 'neck', 'jaw', 'left_eye', 'right_eye'];
const parents = [-1, 0, 1, 1, 1];
/** Height of the ring of skin whose mean is a joint, metres: the neck's foot, the skull's base, the jaw's hinge. */
const ringHeights = { root: -0.165, neck: -0.03, jaw: -0.01 };
const ringHalfWidth = 0.01;
/** Below, vertices follow the root; above, the neck joint; metres. */
const neckRange = [-0.17, -0.1];
/** Which of the 68 landmarks mark a region, and how far around them it reaches, metres. */
const landmarkRegions = {
  nose: { from: 27, to: 35, reach: 0.013 },
  eyes: { from: 36, to: 47, reach: 0.012 },
  mouth: { from: 48, to: 67, reach: 0.012 },
};

/** Regions of ICT's mesh, by its parts and around its landmarks. */
export function ictRegions(template: Float32Array): Record<string, Uint8Array> {
  const where = (inside: (vertex: number) => boolean) =>
    Uint8Array.from({ length: ictVertexCount }, (_, vertex) => (inside(vertex) ? 1 : 0));
  const part = (...names: IctPart[]) => where((vertex) => names.some((name) => inIctPart(name, vertex)));
  const regions: Record<string, Uint8Array> = {
    face: part('face'),
    skin: part('face', 'headAndNeck'),
    eyeballs: part('leftEyeball', 'rightEyeball'),
    teeth: part('teeth'),
    mouth_interior: part('mouthSocket', 'gumsAndTongue'),
    scalp: where((vertex) => inIctPart('headAndNeck', vertex) && template[vertex * 3 + 1] > 0),
    neck: where((vertex) => inIctPart('headAndNeck', vertex) && template[vertex * 3 + 1] < neckRange[1]),
  };
  for (const [name, { from, to, reach }] of Object.entries(landmarkRegions)) {
    const centres = ictLandmarks68.slice(from, to + 1);
    const near = (vertex: number) => centres.some((centre) => distance(template, vertex, centre) < reach);
    regions[name] = where((vertex) => inIctPart('face', vertex) && near(vertex));
  }
  return regions;
}

/** The five joints of the FLAME order on ICT's mesh, which has none of its own. */
export function ictJoints(template: Float32Array): Joints {
  const rows = [
    ...Object.values(ringHeights).map((height) => ringRegressor(template, height)),
    sphereCentreRegressor(template, 'leftSclera'),
    sphereCentreRegressor(template, 'rightSclera'),
  ];
  const jointRegressor = new Float32Array(rows.length * ictVertexCount);
  rows.forEach((row, joint) => jointRegressor.set(row, joint * ictVertexCount));
  return { jointRegressor, skinningWeights: skinning(template), parents: Int32Array.from(parents), jointNames };
}

function skinning(template: Float32Array): Float32Array {
  const weights = new Float32Array(ictVertexCount * jointNames.length);
  for (let vertex = 0; vertex < ictVertexCount; vertex++) {
    const t = (template[vertex * 3 + 1] - neckRange[0]) / (neckRange[1] - neckRange[0]);
    const clamped = Math.min(1, Math.max(0, t));
    const neck = clamped * clamped * (3 - 2 * clamped);
    const row = inIctPart('leftEyeball', vertex)
      ? [0, 0, 0, 1, 0]
      : inIctPart('rightEyeball', vertex)
        ? [0, 0, 0, 0, 1]
        : [1 - neck, neck, 0, 0, 0];
    weights.set(row, vertex * jointNames.length);
  }
  return weights;
}

/** The mean of the skin around a height. */
function ringRegressor(template: Float32Array, height: number): Float32Array {
  const ring = Float32Array.from({ length: ictVertexCount }, (_, vertex) => {
    const skin = inIctPart('face', vertex) || inIctPart('headAndNeck', vertex);
    return skin && Math.abs(template[vertex * 3 + 1] - height) < ringHalfWidth ? 1 : 0;
  });
  const count = ring.reduce((sum, inside) => sum + inside, 0);
  return ring.map((inside) => inside / count);
}

/** The smallest weights, with sum 1, that give the centre of the sphere behind a sclera. */
function sphereCentreRegressor(template: Float32Array, part: IctPart): Float32Array {
  const [first, last] = ictParts[part];
  const points = Matrix.from1DArray(last - first + 1, 3, template.subarray(first * 3, (last + 1) * 3));
  const depth = points.getColumn(2);
  const middle = depth.reduce((sum, z) => sum + z, 0) / depth.length;
  const back = points.selection(
    depth.flatMap((z, i) => (z < middle ? [i] : [])),
    [0, 1, 2],
  );
  const [x, y, z] = sphereCentre(back);
  const affine = points.transpose().addRow(new Array<number>(points.rows).fill(1));
  const system = affine.mmul(affine.transpose());
  const weights = affine.transpose().mmul(solve(system, Matrix.columnVector([x, y, z, 1])));
  const row = new Float32Array(ictVertexCount);
  row.set(weights.to1DArray(), first);
  return row;
}

/** Least squares: `|p|² = 2 c·p + k`. */
function sphereCentre(points: Matrix): number[] {
  const rows = points.to2DArray();
  const left = new Matrix(rows.map(([x, y, z]) => [2 * x, 2 * y, 2 * z, 1]));
  const right = Matrix.columnVector(rows.map(([x, y, z]) => x * x + y * y + z * z));
  return solve(left.transpose().mmul(left), left.transpose().mmul(right)).to1DArray().slice(0, 3);
}

function distance(template: Float32Array, a: number, b: number): number {
  const [x, y, z] = [0, 1, 2].map((axis) => template[a * 3 + axis] - template[b * 3 + axis]);
  return Math.hypot(x, y, z);
}
