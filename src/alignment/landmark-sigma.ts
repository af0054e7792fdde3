import { type FaceLandmarks } from './face-finder.js';
import { type FaceTopology, type LandmarkRegion } from './face-topology.js';
import { eyeOpenings, landmarkFacing } from './landmark-visibility.js';
import { temporalResidual } from './temporal-residual.js';

/**
 * Error of a landmark that faces the camera and on which all passes agree, per cent of the landmarks' window.
 *
 * From four photographs of one person against positions of the same surface points by FlowFace's network: the per-axis
 * RMS that is left after each landmark's mean over the photographs is taken out was eyelids 0.6, brows 1.2, lips 0.7,
 * nose 0.9, contour 2.1, other skin 1.0 (with that mean 1.2, 1.4, 0.9, 1.2, 2.5, 1.6). Contour landmarks slide along
 * the surface with the view. The iris has no reference there and gets the eyelids' value.
 */
const regionError: Record<LandmarkRegion, number> = {
  eyelids: 0.6,
  iris: 0.6,
  lips: 0.6,
  nose: 0.7,
  skin: 0.9,
  brows: 1.1,
  contour: 1.8,
};

/** In the same photographs errors grew by twice the passes' disagreement: 0.5 per cent at 0.1, 1.2 at 0.4, 3 at 1.6. */
const disagreementGain = 2;
/** Factor for landmarks at a facing of `far` and less; 1 from `near` on. Measured RMS on the far side: 2.2 per cent. */
const facingFactor = { far: -0.3, near: 0.3, factor: 2 };
/** An iris behind lids that are closer than this, relative to the eye's width, is a guess. */
const closedEye = { opening: 0.12, factor: 6 };
/** Pixels; no landmark is better than this, however small the face. */
const pixelError = 0.3;
/** Metres; what the window measures on a head: from the forehead's upper edge to the chin. */
const windowLength = 0.175;

export interface LandmarkSigmaOptions {
  /** Whether neighbouring entries are neighbours in time. */
  ordered: boolean;
  /** `[478]` metres: how far each landmark strays on the head model's surface. */
  spread?: ArrayLike<number>;
}

/**
 * Standard deviations of landmarks from the evidence: their kind, how far they face the camera, whether the lids hide
 * them, how far the passes over the picture disagree, and how much they flicker in time.
 *
 * @param faces `[F]` one camera's landmarks, `undefined` where the face was not seen.
 * @returns `[F]` of `[478]` pixels.
 */
export function landmarkSigmas(
  faces: (FaceLandmarks | undefined)[],
  topology: FaceTopology,
  { ordered, spread }: LandmarkSigmaOptions,
): (Float32Array | undefined)[] {
  const flicker = ordered ? temporalResiduals(faces) : [];
  return faces.map((face, frame) => {
    if (!face) return undefined;
    const { points, disagreement, window } = face;
    const facing = landmarkFacing(points, topology);
    const [right, left] = eyeOpenings(points);
    return Float32Array.from(disagreement, (deviation, i) => {
      const kind = (regionError[topology.regions[i]] / 100) * window.size;
      const embedding = ((spread?.[i] ?? 0) / windowLength) * window.size;
      const opening = i < 473 ? right : left;
      const hidden = topology.regions[i] === 'iris' ? closedEyeFactor(opening) : 1;
      return Math.hypot(
        Math.max(kind, embedding) * turnedAwayFactor(facing[i]) * hidden,
        disagreementGain * deviation,
        flicker[frame]?.[i] ?? 0,
        pixelError,
      );
    });
  });
}

function turnedAwayFactor(facing: number): number {
  const { far, near, factor } = facingFactor;
  const away = Math.min(Math.max((near - facing) / (near - far), 0), 1);
  return 1 + (factor - 1) * away;
}

function closedEyeFactor(opening: number): number {
  const closed = Math.min(Math.max(1 - opening / closedEye.opening, 0), 1);
  return 1 + (closedEye.factor - 1) * closed;
}

/** Root mean square of the temporal residuals of a frame and the two on either side, where there are any. */
function temporalResiduals(faces: (FaceLandmarks | undefined)[]): (Float32Array | undefined)[] {
  const residuals = faces.map((face, frame) => {
    const [before, after] = [faces[frame - 1], faces[frame + 1]];
    return face && before && after ? temporalResidual(before.points, face.points, after.points) : undefined;
  });
  return residuals.map((_, frame) => {
    const near = residuals.slice(Math.max(0, frame - 2), frame + 3).filter((residual) => residual !== undefined);
    if (near.length === 0) return undefined;
    return near[0].map((_value, i) =>
      Math.sqrt(near.reduce((sum, residual) => sum + residual[i] ** 2, 0) / near.length),
    );
  });
}
