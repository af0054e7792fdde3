import { type HeadModel } from '../flame/head-model.js';
import { type FaceCrop } from './face-crop.js';
import { type UvFlowObservation, type UvFlowPoints } from './uv-flow-sampler.js';

/** What a head's points say of where the face is. */
export interface UvFlowBox {
  /**
   * The square around the face, turned with it and without margin; `undefined` where too few points are usable.
   */
  box(observation: UvFlowObservation): FaceCrop | undefined;
  /** Left, top, right and bottom of the face, pixels; zeros where nothing is usable. */
  bounds(observation: UvFlowObservation): [number, number, number, number];
  /** Median sigma over the face, pixels. */
  uncertainty(observation: UvFlowObservation): number;
}

/** Share of the face's points that have to be usable. */
const leastShare = 0.5;

/**
 * Measures faces by the face region of the head that the layout comes from (`crop` in heads registered to it), or by what
 * counts fully where the model marks none.
 */
export function createUvFlowBox(head: HeadModel, { vertices, weights }: UvFlowPoints): UvFlowBox {
  const face = head.regions.crop ?? head.regions.face;
  const members = Array.from(vertices.keys()).filter((n) => (face ? face[vertices[n]] === 1 : weights[n] >= 0.5));
  const template = Float64Array.from(members.flatMap((n) => [0, 1].map((a) => head.template[vertices[n] * 3 + a])));
  const middle = [0, 1].map((a) => members.reduce((sum, _, k) => sum + template[k * 2 + a] / members.length, 0));
  return {
    box({ mu, sigma }) {
      const usable = Array.from(members.keys()).filter((k) => sigma[members[k]] > 0);
      if (usable.length < leastShare * members.length || usable.length < 3) return undefined;
      const roll = rollOf(usable, members, template, middle, mu);
      const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
      const turned = usable.map((k) => [mu[members[k] * 2], mu[members[k] * 2 + 1]]);
      const [left, top, right, bottom] = boundsOf(turned.map(([x, y]) => [cos * x + sin * y, cos * y - sin * x]));
      const [u, v] = [(left + right) / 2, (top + bottom) / 2];
      return { x: cos * u - sin * v, y: sin * u + cos * v, size: Math.max(right - left, bottom - top), roll };
    },
    bounds({ mu, sigma }) {
      return boundsOf(members.filter((n) => sigma[n] > 0).map((n) => [mu[n * 2], mu[n * 2 + 1]]));
    },
    uncertainty({ sigma }) {
      const sorted = Float64Array.from(members, (n) => (sigma[n] > 0 ? sigma[n] : Infinity)).sort();
      return sorted[sorted.length >> 1];
    },
  };
}

function boundsOf(points: number[][]): [number, number, number, number] {
  if (points.length === 0) return [0, 0, 0, 0];
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const point of points) {
    for (let axis = 0; axis < 2; axis++) {
      bounds[axis] = Math.min(bounds[axis], point[axis]);
      bounds[2 + axis] = Math.max(bounds[2 + axis], point[axis]);
    }
  }
  return bounds;
}

/**
 * The turn of the similarity that takes the head's frontal view nearest to the picture. A head that looks to the side
 * turns it little: its width goes, its height stays.
 */
function rollOf(
  usable: number[],
  members: number[],
  template: Float64Array,
  [middleX, middleY]: number[],
  mu: Float32Array,
): number {
  let [meanX, meanY] = [0, 0];
  for (const k of usable) {
    meanX += mu[members[k] * 2] / usable.length;
    meanY += mu[members[k] * 2 + 1] / usable.length;
  }
  let [cosine, sine] = [0, 0];
  for (const k of usable) {
    // The subject's left is the picture's right, and pixels count downwards.
    const [x, y] = [template[k * 2] - middleX, middleY - template[k * 2 + 1]];
    const [px, py] = [mu[members[k] * 2] - meanX, mu[members[k] * 2 + 1] - meanY];
    cosine += x * px + y * py;
    sine += x * py - y * px;
  }
  return Math.atan2(sine, cosine);
}
