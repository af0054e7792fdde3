import * as tf from '@tensorflow/tfjs';
import { type CanonicalMap, type CanonicalSequence } from '../canonical/canonical-map.js';
import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { projectPoints } from '../geometry/project.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { surfaceVisibility } from '../geometry/visibility.js';
import { type EnergyTerm, type FitScene } from './energy-term.js';
import { addPoint } from './pixel-derivatives.js';
import { cauchyLoss } from './robust-loss.js';

/** Least cosine between a point's normal and the direction to the camera: depth at the outline is anyone's guess. */
const minimumFacing = 0.3;

export interface CanonicalDepthOptions {
  weight?: number;
  /** Metres. */
  sigma?: number;
  /** How many independent observations an image is worth. */
  effectiveCount?: number;
  /** Whether the maps' depth is in metres; if not, one scale for the sequence is solved with the fit. */
  metric?: boolean;
}

/**
 * Depth of the visible surface against the maps' depth (Face Anything, FLAME tracking); residual `[1, C, F, N]`,
 * `(z(x_n) - s D(pi(x_n))) / sigma`, in sigmas (metres along the optical axis).
 *
 * What each point's pixel shows, the scale s and the cameras are held fixed between refreshes.
 *
 * @param points N points of the head's surface.
 */
export function canonicalDepth(
  sequence: CanonicalSequence,
  head: HeadModel,
  points: SurfacePoints,
  { weight = 1, sigma = 5e-3, effectiveCount = 200, metric = true }: CanonicalDepthOptions = {},
): EnergyTerm {
  const { frameCount: F, viewCount: C, maps } = sequence;
  const N = points.faces.length;
  const robust = cauchyLoss(3);
  const size = C * F * N;
  let frozen: Record<'depth' | 'weights' | 'axes', Float32Array> = {
    depth: new Float32Array(size),
    weights: new Float32Array(size),
    axes: new Float32Array(C * 4),
  };
  return {
    name: 'canonicalDepth',
    weight,
    reads: ['shape', 'expression', 'jointPose', 'headPose', 'offsets'],
    points: [points],
    robust,
    refresh(scene) {
      frozen = { ...readDepths(sequence, head, points, scene, metric), axes: opticalAxes(scene) };
      scaleWeights(frozen.weights, N, effectiveCount);
    },
    get observationWeights() {
      return frozen.weights;
    },
    residual({ world, constant }) {
      const axes = constant(frozen.axes, [C, 4]) as tf.Tensor2D;
      const flat = world(points).reshape([3, F * N]) as tf.Tensor2D;
      const depth = tf.add(tf.matMul(axes.slice([0, 0], [C, 3]), flat), axes.slice([0, 3], [C, 1]));
      return tf.div(tf.sub(depth.reshape([1, C, F, N]), constant(frozen.depth, [1, C, F, N])), sigma);
    },
    gaussNewton: {
      kind: 'points',
      points,
      views: (frame) => Array.from({ length: C }, (_, c) => c).filter((c) => maps[frame * C + c]?.depth),
      evaluate(frame, world, _cameras, _columns, factor, model) {
        let energy = 0;
        for (let k = 0; k < C * N; k++) {
          const [c, n] = [Math.floor(k / N), k % N];
          const place = (c * F + frame) * N + n;
          const lambda = frozen.weights[place];
          if (lambda === 0) continue;
          const [x, y, z, t] = frozen.axes.subarray(c * 4, c * 4 + 4);
          const depth = x * world[n * 3] + y * world[n * 3 + 1] + z * world[n * 3 + 2] + t;
          const residual = (depth - frozen.depth[place]) / sigma;
          energy += (factor / 2) * lambda * robust.value(residual * residual);
          const share = factor * lambda * robust.weight(residual * residual);
          if (model) addPoint(model, n, [x / sigma, y / sigma, z / sigma], residual, share);
        }
        return energy;
      },
    },
  };
}

/** `[C, 4]` the rows of the extrinsics that give a point's depth. */
function opticalAxes({ cameras }: FitScene): Float32Array {
  return Float32Array.from(cameras.flatMap(({ cameraFromWorld: m }) => [m[8], m[9], m[10], m[11]]));
}

/** `[C, F, N]` each: depth at the points' pixels in metres, and 1 where a point sees one. */
function readDepths(
  { frameCount: F, viewCount: C, maps }: CanonicalSequence,
  head: HeadModel,
  points: SurfacePoints,
  scene: FitScene,
  metric: boolean,
) {
  const N = points.faces.length;
  const depth = new Float32Array(C * F * N);
  const weights = new Float32Array(C * F * N);
  const ratios: number[] = [];
  maps.forEach((map, image) => {
    if (!map?.depth) return;
    const [frame, view] = [Math.floor(image / C), image % C];
    const vertices = scene.vertices(frame);
    const { visible, pixels } = surfaceVisibility(points, vertices, head.faces, scene.cameras[view], { minimumFacing });
    const { depths } = projectPoints(interpolateSurface(vertices, 3, head.faces, points), scene.cameras[view]);
    for (let n = 0; n < N; n++) {
      const seen = visible[n] === 1 ? depthAt(map, pixels[n * 2], pixels[n * 2 + 1]) : NaN;
      if (!(seen > 0)) continue;
      const place = (view * F + frame) * N + n;
      depth[place] = seen;
      weights[place] = 1;
      ratios.push(depths[n] / seen);
    }
  });
  if (metric || ratios.length === 0) return { depth, weights };
  const scale = Float64Array.from(ratios).sort()[ratios.length >> 1];
  return { depth: depth.map((value) => value * scale), weights };
}

/** The map's depth at a pixel, between the four cells around it; NaN where one of them is outside the mask. */
function depthAt({ width, height, mask, depth, imageFromMap: m }: CanonicalMap, u: number, v: number): number {
  const determinant = m[0] * m[4] - m[1] * m[3];
  const x = (m[4] * (u - m[2]) - m[1] * (v - m[5])) / determinant - 0.5;
  const y = (m[0] * (v - m[5]) - m[3] * (u - m[2])) / determinant - 0.5;
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (!(column >= 0 && row >= 0 && column + 1 < width && row + 1 < height)) return NaN;
  let sum = 0;
  for (let k = 0; k < 4; k++) {
    const [right, down] = [k & 1, k >> 1];
    const cell = (row + down) * width + column + right;
    if (!mask[cell]) return NaN;
    sum += depth![cell] * (right ? x - column : 1 - x + column) * (down ? y - row : 1 - y + row);
  }
  return sum;
}

/** Scales each image's weights to sum to what it is worth. */
function scaleWeights(weights: Float32Array, N: number, effectiveCount: number): void {
  for (let start = 0; start < weights.length; start += N) {
    const own = weights.subarray(start, start + N);
    const total = own.reduce((sum, value) => sum + value, 0);
    if (total > 0) own.forEach((value, n) => (own[n] = (value * effectiveCount) / total));
  }
}
