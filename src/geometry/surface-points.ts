/** Points on the head's surface: a triangle and barycentric coordinates each. */
export interface SurfacePoints {
  /** `[N]` triangle indices. */
  faces: Int32Array;
  /** `[N, 3]`, rows sum to 1. */
  barycentric: Float32Array;
}
