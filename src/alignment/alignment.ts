import { type SurfacePoints } from '../geometry/surface-points.js';

export type AlignmentSource = 'landmarks' | 'uv-flow' | 'file' | 'synthetic';

/**
 * What was seen: for each frame, camera and surface point a position and its uncertainty (math.md section 5).
 *
 * F frames, C cameras, N points. An observation with sigma 0 is absent; missing frames, short cameras and lost faces
 * are absent observations.
 */
export interface Alignment {
  /** Where the observed points lie on the head's surface. */
  points: SurfacePoints;
  frameCount: number;
  viewCount: number;
  cameraIds: string[];
  /** `[F]` frame numbers of the capture. */
  frameNumbers: number[];
  /** `[F]` seconds. */
  times: Float64Array;
  /** `[F, C, N, 2]` pixels of the undistorted image. */
  mu: Float32Array;
  /** `[F, C, N]` pixels, standard deviation of a circular Gaussian; 0 where absent. */
  sigma: Float32Array;
  /** `[C]`. */
  imageSizes: { width: number; height: number }[];
  /** `[F, C, 4]` left, top, right, bottom of the face, pixels; zeros where absent. */
  faceBoxes: Float32Array;
  source: AlignmentSource | 'fused';
  /** Whose the points are, in their order, where several observers were joined. */
  sets?: { source: AlignmentSource; count: number }[];
}

/** The alignment's points by observer: from `first` to before `end`. */
export function pointSets({
  points,
  source,
  sets,
}: Pick<Alignment, 'points' | 'source' | 'sets'>): { source: Alignment['source']; first: number; end: number }[] {
  let end = 0;
  return (sets ?? [{ source, count: points.faces.length }]).map((set) => {
    const first = end;
    end += set.count;
    return { source: set.source, first, end };
  });
}
