import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { faceAreaVectors, vertexNormals } from '../geometry/mesh.js';
import { alignFrame, type AlignedFrame, type AlignFrameOptions } from './align-frame.js';
import { type MeshPair } from './mesh-sequence.js';
import { type Metric } from './metric.js';
import { headlineMean, summariseVertices } from './region-values.js';

/** A counterpart is no farther away, metres. */
const farthest = 0.02;

/**
 * Mean normal error (FaceScape benchmark; FlowFace table 1), radians, per region of the ground truth:
 *
 *     MNE = mean over frames and ground-truth vertices of arccos(n . n')
 *
 * n' is the smooth normal at a vertex of the ground truth, n that of the prediction at the nearest point of the triangles
 * that face the same way (within 20 mm), after the alignment of {@link chamfer}: what lies behind (the inner side of a lip, the back of an
 * ear) is another surface. FaceScape compares normal maps in cylindrical coordinates; nearest points need no axis and see
 * ears too.
 */
export function normalError(options: AlignFrameOptions = {}): Metric<MeshPair> {
  return {
    name: 'normalError',
    figures: {
      normalError: { unit: 'rad', better: 'lower' },
      median: { unit: 'rad', better: 'lower' },
      std: { unit: 'rad', better: 'lower' },
      p95: { unit: 'rad', better: 'lower' },
    },
    async measure(pair, measure) {
      const angles = (frame: number) => normalAngles(pair, alignFrame(pair, frame, options));
      const { regions, perVertex } = await summariseVertices(pair, angles, measure);
      return { groups: headlineMean(regions, 'normalError'), perVertex };
    },
  };
}

/** `[V]` angles between the normals of an aligned frame, radians; NaN where a vertex has no counterpart. */
function normalAngles({ truth, prediction }: MeshPair, aligned: AlignedFrame): Float64Array {
  const normals = vertexNormals(aligned.truth, truth.faces);
  const areas = faceAreaVectors(aligned.prediction, prediction.faces);
  const dot = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number) =>
    a[i] * b[j] + a[i + 1] * b[j + 1] + a[i + 2] * b[j + 2];
  const facing = (v: number, face: number) => dot(normals, v * 3, areas, face * 3) > 0;
  const points = aligned.nearestTo(aligned.truth, {
    accepts: facing,
    reach: farthest * aligned.predictionFromTruth.scale,
  });
  const surface = vertexNormals(aligned.prediction, prediction.faces);
  const found = interpolateSurface(surface, 3, prediction.faces, points);
  return Float64Array.from({ length: truth.vertexCount }, (_, v) => {
    const lengths = dot(normals, v * 3, normals, v * 3) * dot(found, v * 3, found, v * 3);
    return Math.acos(Math.min(1, Math.max(-1, dot(normals, v * 3, found, v * 3) / Math.sqrt(lengths))));
  });
}
