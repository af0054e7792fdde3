import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { vertexNormals } from '../geometry/mesh.js';
import { alignFrame, type AlignedFrame, type AlignFrameOptions } from './align-frame.js';
import { summariseDistances } from './distance-summary.js';
import { eachFrame } from './each-item.js';
import { type MeshPair, type MeshSequence } from './mesh-sequence.js';
import { type Metric } from './metric.js';
import { groupByRegion, vertexSums } from './region-values.js';

/**
 * Mean normal error (FaceScape benchmark; FlowFace table 1), radians, per region of the ground truth:
 *
 *     MNE = mean over frames and ground-truth vertices of arccos(n . n')
 *
 * n' is the smooth normal at a vertex of the ground truth, n that of the prediction at the nearest surface point, after
 * the alignment of {@link chamfer}. FaceScape compares normal maps in cylindrical coordinates; nearest points need no
 * axis and see ears too.
 */
export function normalError(options: AlignFrameOptions = {}): Metric<MeshPair> {
  return {
    name: 'normalError',
    figures: {
      normalError: { unit: 'rad', better: 'lower' },
      median: { unit: 'rad', better: 'lower' },
      p95: { unit: 'rad', better: 'lower' },
    },
    async measure(pair, measure) {
      const errors = vertexSums(pair.truth.vertexCount);
      const collected = groupByRegion(pair);
      await eachFrame(
        pair,
        (frame) => {
          const angles = normalAngles(pair, alignFrame(pair, frame, options));
          errors.add(angles);
          collected.add(angles);
        },
        measure,
      );
      const groups = collected.map((values) => {
        const { mean: normalError, median, p95 } = summariseDistances(values);
        return { normalError, median, p95 };
      });
      return { groups, perVertex: errors.means() };
    },
  };
}

/** `[V]` angles between the normals of an aligned frame, radians; NaN where a vertex has no normal. */
export function normalAngles(
  { truth, prediction }: { truth: Pick<MeshSequence, 'faces'>; prediction: Pick<MeshSequence, 'faces'> },
  aligned: AlignedFrame,
): Float64Array {
  const normals = vertexNormals(aligned.truth, truth.faces);
  const surface = vertexNormals(aligned.prediction, prediction.faces);
  const found = interpolateSurface(surface, 3, prediction.faces, aligned.nearest);
  return Float64Array.from({ length: normals.length / 3 }, (_, v) => {
    let [dot, length, other] = [0, 0, 0];
    for (let i = v * 3; i < v * 3 + 3; i++) {
      dot += normals[i] * found[i];
      length += normals[i] ** 2;
      other += found[i] ** 2;
    }
    const cosine = dot / Math.sqrt(length * other);
    return Math.acos(Math.min(1, Math.max(-1, cosine)));
  });
}
