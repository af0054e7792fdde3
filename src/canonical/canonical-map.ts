/** What a canonical network or file says of one picture. */
export interface CanonicalMap {
  /** Size of the grid. */
  width: number;
  height: number;
  /** `[height, width, 3]` canonical coordinates; finite where `mask` is 1. */
  values: Float32Array;
  /** `[height, width]` 1: foreground with a prediction. */
  mask: Uint8Array;
  /** `[height, width]` one standard deviation per axis, canonical units; absent: the same everywhere. */
  sigma?: Float32Array;
  /** `[height, width]` depth along the optical axis; metres, or the space's own unit. */
  depth?: Float32Array;
  /** `[2, 3]` row-major: image pixels from map pixels, (0.5, 0.5) the centre of the first in both. */
  imageFromMap: Float64Array;
}

/**
 * Where canonical coordinates live: `unit-cube` in [0, 1]^3 (DenseMarks), `flame-centred` in the frame of a neutral
 * FLAME head up to a similarity (Face Anything). In both the axes are the head frame's: x to the subject's left, y up, z
 * out of the face.
 */
export type CanonicalSpace = 'unit-cube' | 'flame-centred';

/** Maps of F frames and C cameras. */
export interface CanonicalSequence {
  space: CanonicalSpace;
  frameCount: number;
  viewCount: number;
  /** `[F * C]`, frame by frame; undefined: no map. */
  maps: (CanonicalMap | undefined)[];
}
