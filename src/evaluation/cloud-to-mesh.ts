import { type AlignmentKind } from './align-frame.js';
import { type Metric } from './metric.js';
import { poolDistances, scanDistances, type ScanPair } from './scan.js';

export interface CloudToMeshOptions {
  /** `similarity` (default): SHeaP's non-metrical evaluation; `rigid`: metrical; `none`: Face Anything's CD-L1. */
  align?: AlignmentKind;
}

/**
 * Distance of a reconstructed point cloud to the predicted mesh, millimetres, pooled over all clouds:
 *
 *     d(p) = min over q of the mesh |p - q|
 *
 * With an alignment these are the median and mean of SHeaP's table 2 (point clouds of NeRSemble). Without one the mean is
 * Face Anything's unidirectional L1 Chamfer distance CD-L1 (section 4.2: "from ground-truth COLMAP points to the
 * predicted mesh"; L1: distances are not squared).
 */
export function cloudToMesh({ align = 'similarity' }: CloudToMeshOptions = {}): Metric<ScanPair[]> {
  return {
    name: align === 'none' ? 'cdL1' : 'cloudToMesh',
    figures: {
      mean: { unit: 'mm', better: 'lower' },
      median: { unit: 'mm', better: 'lower' },
      std: { unit: 'mm', better: 'lower' },
    },
    async measure(pairs, options) {
      return { groups: await poolDistances(pairs, (pair) => scanDistances(pair, align), options) };
    },
  };
}
