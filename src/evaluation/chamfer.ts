import { alignFrame, type AlignFrameOptions } from './align-frame.js';
import { type MeshPair } from './mesh-sequence.js';
import { type Metric } from './metric.js';
import { headlineMean, summariseVertices } from './region-values.js';

/**
 * Chamfer distance (FlowFace section 3, after the NoW benchmark), one-sided, per region of the ground truth:
 *
 *     CD = mean over frames and ground-truth vertices of the region of min over points q of the prediction |p - q|
 *
 * in millimetres, q on the triangles, after the prediction was put on the ground truth frame by frame (`align`): by seven
 * key points, then by ICP over the face.
 */
export function chamfer(options: AlignFrameOptions = {}): Metric<MeshPair> {
  return {
    name: 'cd',
    figures: {
      cd: { unit: 'mm', better: 'lower' },
      median: { unit: 'mm', better: 'lower' },
      std: { unit: 'mm', better: 'lower' },
      p95: { unit: 'mm', better: 'lower' },
    },
    async measure(pair, measure) {
      const millimetres = (frame: number) => alignFrame(pair, frame, options).distances.map((value) => value * 1000);
      const { regions, perVertex } = await summariseVertices(pair, millimetres, measure);
      return { groups: headlineMean(regions, 'cd'), perVertex };
    },
  };
}
