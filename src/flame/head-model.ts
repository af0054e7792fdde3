import { type SurfacePoints } from '../geometry/surface-points.js';

/** A linear basis of vertex displacements and the statistics of its coefficients. */
export interface BlendBasis {
  /** How many coefficients. */
  count: number;
  /** `[count, V, 3]`, metres for coefficient 1. */
  basis: Float32Array;
  names?: string[];
  /** `[count]` each: mean and standard deviation, and bounds (infinite where there are none). */
  mean: Float32Array;
  sigma: Float32Array;
  lower: Float32Array;
  upper: Float32Array;
}

/** One named UV layout: its own vertices and corners, and the one UV declared for each mesh vertex. */
export interface UvLayout {
  hash: string;
  /** Hash of the layout that these UVs were registered to; absent in the head model that the layout comes from. */
  registeredTo?: string;
  /** `[N, 2]`, u right, v up, in [0, 1]. */
  uv: Float32Array;
  /** `[T, 3]` corners in `uv`. */
  uvFaces: Int32Array;
  /** `[V, 2]`; NaN where a registered layout has no place for the vertex. */
  uvVertices: Float32Array;
}

/** Landmarks of a detector on the head's surface; triangle -1 where the head has no such point. */
export interface LandmarkEmbedding extends SurfacePoints {
  /** `[N]` metres: how far the detector's point strays on the surface. */
  spread?: Float32Array;
}

/** Axis-angle limits and standard deviations of every joint, `[J, 3]` radians each. */
export interface JointLimits {
  lower: Float32Array;
  upper: Float32Array;
  sigma: Float32Array;
}

/**
 * A head model (math.md section 2): `LBS(T + B_S beta + offsets + B_E phi + B_P(theta), J(beta), theta, W)`.
 *
 * Plain arrays in the layout of `docs/head-container.md`; metres, head frame (y up, face toward +z). Nothing in the
 * code depends on FLAME's counts: any model with these blocks is a head model.
 */
export interface HeadModel {
  name: string;
  licence: string;
  source: string;
  vertexCount: number;
  /** `[V, 3]` metres. */
  template: Float32Array;
  /** `[T, 3]`, counter-clockwise from outside. */
  faces: Int32Array;
  shape: BlendBasis;
  expression: BlendBasis;
  /** `[9 (J - 1), V, 3]` pose correctives. */
  poseBasis?: Float32Array;
  /** `[J, V]`. */
  jointRegressor: Float32Array;
  /** `[V, J]`. */
  skinningWeights: Float32Array;
  /** `[J]`, -1 for the root. */
  parents: Int32Array;
  jointNames: string[];
  jointLimits?: JointLimits;
  uvLayouts: Record<string, UvLayout>;
  /** name -> `[V]` 0 or 1. */
  regions: Record<string, Uint8Array>;
  /** `[V]` lambda: how much a vertex counts in the alignment. */
  vertexWeights?: Float32Array;
  landmarks68?: LandmarkEmbedding;
  landmarks478?: LandmarkEmbedding;
  /** `[V]` the vertex on the other side. */
  mirror?: Int32Array;
  shapeBasisHash: string;
}

/** Triangle index and corner of some triangle that holds each vertex, so that a vertex can be a surface point. */
export function vertexSurfacePoints(head: Pick<HeadModel, 'faces' | 'vertexCount'>): SurfacePoints {
  const faces = new Int32Array(head.vertexCount).fill(-1);
  const barycentric = new Float32Array(head.vertexCount * 3);
  head.faces.forEach((vertex, corner) => {
    if (faces[vertex] >= 0) return;
    faces[vertex] = Math.floor(corner / 3);
    barycentric[vertex * 3 + (corner % 3)] = 1;
  });
  return { faces, barycentric };
}

/** The region's mask, or an error that names what the model lacks. */
export function requireRegion(head: HeadModel, name: string): Uint8Array {
  const region = head.regions[name];
  if (!region) {
    const known = Object.keys(head.regions).join(', ') || 'none';
    throw new Error(`head model ${head.name}: expected a region '${name}', got regions: ${known}.`);
  }
  return region;
}
