import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { faceAreaVectors } from '../geometry/mesh.js';
import { createNearestSurfacePoint, type NearestSurfacePoints } from '../geometry/nearest-surface-point.js';
import { alignRigid, applyAlignment } from '../geometry/rigid-alignment.js';
import { alignToSurface, everyKth, identitySimilarity, type Similarity, unitNormals } from './align-surface.js';
import { finiteVertices, type MeshPair } from './mesh-sequence.js';

export type AlignmentKind = 'rigid' | 'similarity' | 'none';

export interface AlignFrameOptions {
  /** `rigid` (default); `similarity` solves a scale too, NoW's non-metrical; `none`: both are in one world. */
  align?: AlignmentKind;
  /** Region of the truth by which the meshes are aligned, where it has that region; default face. */
  alignRegion?: string;
  /** At most so many vertices of the truth take part in the alignment, every k-th; default 2000. */
  alignPoints?: number;
}

/** The ground truth of one frame, moved onto the prediction. */
export interface AlignedFrame {
  /** `[V, 3]` the truth's vertices in the prediction's frame; their nearest points there. */
  truth: Float64Array;
  nearest: NearestSurfacePoints;
  /** Nearest points of the prediction to any others. */
  nearestTo: ReturnType<typeof createNearestSurfacePoint>;
  /** `[V, 3]` the prediction's vertices. */
  prediction: ArrayLike<number>;
  /** From the truth to the prediction; lengths there over its scale are lengths of the truth. */
  predictionFromTruth: Similarity;
  /** `[V]` distances of the truth's vertices to the predicted surface, metres of the truth. */
  distances: Float64Array;
}

/**
 * Aligns a frame as the NoW benchmark does: by the seven key points, then by least squared point-to-surface distances.
 *
 * It is the truth that moves, so that distances are to the prediction's triangles as they are.
 */
export function alignFrame(
  { truth, prediction, regions, keyPoints }: MeshPair,
  frame: number,
  { align = 'rigid', alignRegion = 'face', alignPoints = 2000 }: AlignFrameOptions = {},
): AlignedFrame {
  const vertices = finiteVertices(truth, 'truth', frame);
  const predicted = finiteVertices(prediction, 'prediction', frame);
  const nearestTo = createNearestSurfacePoint(predicted, prediction.faces);
  let predictionFromTruth = identitySimilarity();
  if (align !== 'none') {
    const scale = align === 'similarity';
    const source = interpolateSurface(vertices, 3, truth.faces, keyPoints.truth);
    const target = interpolateSurface(predicted, 3, prediction.faces, keyPoints.prediction);
    const normals = unitNormals(faceAreaVectors(predicted, prediction.faces));
    const chosen = everyKth(regionVertices(vertices, regions[alignRegion]), alignPoints);
    predictionFromTruth = alignToSurface(
      chosen,
      { nearest: nearestTo, normals },
      alignRigid(source, target, { scale }),
      {
        scale,
      },
    );
  }
  const moved = applyAlignment(predictionFromTruth, vertices);
  const nearest = nearestTo(moved);
  const distances = nearest.distances.map((distance) => distance / predictionFromTruth.scale);
  return { truth: moved, nearest, nearestTo, prediction: predicted, predictionFromTruth, distances };
}

/** `[N, 3]` the vertices of a region, or all where there is no such region. */
function regionVertices(vertices: ArrayLike<number>, region: Uint8Array | undefined): Float64Array {
  return Float64Array.from(Array.from(vertices).filter((_, i) => !region || region[Math.floor(i / 3)]));
}
