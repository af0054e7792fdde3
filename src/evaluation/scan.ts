import { faceAreaVectors } from '../geometry/mesh.js';
import { createNearestSurfacePoint } from '../geometry/nearest-surface-point.js';
import { alignRigid, applyAlignment } from '../geometry/rigid-alignment.js';
import { type AlignmentKind } from './align-frame.js';
import { alignToSurface, identitySimilarity, unitNormals } from './align-surface.js';
import { type DistanceSummary, summariseDistances } from './distance-summary.js';
import { eachItem } from './each-item.js';
import { type MeasureOptions } from './metric.js';

/** A scan or point cloud and the mesh that is said to be it. */
export interface ScanPair {
  /** `[N, 3]` metres. */
  points: ArrayLike<number>;
  mesh: { vertices: ArrayLike<number>; faces: Int32Array };
  /** The seven key points, `[7, 3]` each in its own frame; without them both are in one frame already, roughly. */
  keyPoints?: { points: ArrayLike<number>; mesh: ArrayLike<number> };
}

/** `[N]` distances of the points to the mesh after the alignment, metres of the scan. */
export function scanDistances({ points, mesh, keyPoints }: ScanPair, align: AlignmentKind): Float64Array {
  const wrong = Array.from(points).findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new Error(`evaluation: expected a finite scan, got ${points[wrong]} at point ${Math.floor(wrong / 3)}.`);
  }
  const nearest = createNearestSurfacePoint(mesh.vertices, mesh.faces);
  if (align === 'none') return nearest(points).distances;
  const scale = align === 'similarity';
  const initial = keyPoints ? alignRigid(keyPoints.points, keyPoints.mesh, { scale }) : identitySimilarity();
  const normals = unitNormals(faceAreaVectors(mesh.vertices, mesh.faces));
  const found = alignToSurface(points, { nearest, normals }, initial, { scale });
  return nearest(applyAlignment(found, points)).distances.map((distance) => distance / found.scale);
}

/** What the distances of many pairs, in metres, come to together, in millimetres. */
export async function poolDistances<Pair>(
  pairs: Pair[],
  distancesOf: (pair: Pair) => Float64Array,
  options?: MeasureOptions,
): Promise<Record<'all', Pick<DistanceSummary, 'mean' | 'median' | 'std'>>> {
  const pooled: number[] = [];
  await eachItem(
    pairs,
    (pair) => {
      for (const distance of distancesOf(pair)) pooled.push(distance * 1000);
    },
    options,
  );
  const { mean, median, std } = summariseDistances(pooled);
  return { all: { mean, median, std } };
}
