import { createNearestSurfacePoint } from '../geometry/nearest-surface-point.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { alignRigid, applyAlignment } from '../geometry/rigid-alignment.js';

/** One head twice: as it was tracked, and as the canonical space knows it. */
export interface CanonicalPair {
  /** `[V, 3]` metres, the frame of the points. */
  tracked: ArrayLike<number>;
  /** `[V, 3]` metres, head frame: neutral, or the template. */
  canonical: ArrayLike<number>;
  /** `[T, 3]`. */
  faces: Int32Array;
}

/** Points in the canonical head's frame. */
export interface CanonicalisedPoints {
  /** `[N, 3]` metres. */
  points: Float64Array;
  /** `[N]` metres to the tracked surface: how far each was taken along by a deformation that is not its own. */
  distances: Float64Array;
}

/**
 * Takes reconstructed points to the canonical head (Face Anything section 3.3): each has the deformation of its nearest
 * surface point, the step from the tracked head to the canonical one there.
 *
 * The head's rigid motion is undone first, so that what stands off the surface, as hair does, turns with the head; for
 * points on the surface it changes nothing.
 *
 * @param points `[N, 3]` metres.
 */
export function canonicalisePoints(
  points: ArrayLike<number>,
  { tracked, canonical, faces }: CanonicalPair,
): CanonicalisedPoints {
  if (tracked.length !== canonical.length) {
    const [expected, got] = [canonical.length / 3, tracked.length / 3];
    throw new Error(`canonicalise: expected both heads with ${expected} vertices, got ${got}.`);
  }
  const canonicalFromTracked = alignRigid(tracked, canonical);
  const still = applyAlignment(canonicalFromTracked, tracked);
  const moved = applyAlignment(canonicalFromTracked, points);
  const step = still.map((value, i) => canonical[i] - value);
  const nearest = createNearestSurfacePoint(still, faces)(moved);
  const deformation = interpolateSurface(step, 3, faces, nearest);
  return { points: moved.map((value, i) => value + deformation[i]), distances: nearest.distances };
}
