import { type FaceLandmarks } from './face-finder.js';
import { type FaceTopology, type LandmarkRegion } from './face-topology.js';
import { landmarkCount } from './landmark-network.js';
import { eyeOpenings, landmarkFacing } from './landmark-visibility.js';
import { temporalResidual } from './temporal-residual.js';

/**
 * Error of a landmark that faces the camera and on which all passes agree, per cent of the landmarks' window, per axis.
 *
 * Between two measurements. Noise alone: reprojection after triangulation from 5 or 7 views of rendered heads (122
 * images): eyelids 0.37, iris 0.47, lips 0.45, nose 0.6, skin 0.6, brows 0.5, contour 1.1 to 1.2. Noise and the
 * difference between persons: four photographs of one man against positions of the same surface points by FlowFace's
 * network, each landmark's mean taken out: eyelids 0.6, lips 0.7, nose 0.9, skin 1.0, brows 1.2, contour 2.1.
 */
const regionError: Record<LandmarkRegion, number> = {
  eyelids: 0.5,
  iris: 0.5,
  lips: 0.55,
  nose: 0.7,
  skin: 0.8,
  brows: 0.8,
  contour: 1.5,
};

/**
 * What turning away adds, per cent of the window for each unit of facing below `from`: in the rendered heads the error
 * grew (in quadrature) by 0.5 at a facing of 0.3, 0.9 at 0.1, 1.3 at -0.15 and 2.4 at -0.6, much alike in all regions.
 */
const turnedAway = { from: 0.6, gain: 1.8 };
/** In the photographs errors grew by twice the passes' disagreement: 0.5 per cent at 0.1, 1.2 at 0.4, 3 at 1.6. */
const disagreementGain = 2;
/**
 * Openings, relative to the eye's width, at which the lids begin to hide the iris and at which nothing of it is seen: the
 * landmarks of closed lids stay 0.1 apart. What is said of a hidden iris is a guess.
 */
const closedEye = { from: 0.18, closed: 0.1, factor: 100 };
/** Pixels; no landmark is better than this, however small the face. */
const pixelError = 0.3;
/** The left eye's iris points come last. */
const firstLeftIris = 473;
/** Metres; what the window measures on a head: from the forehead's upper edge to the chin. */
const windowLength = 0.175;

export interface LandmarkSigmaOptions {
  /** Whether neighbouring entries are neighbours in time. */
  ordered: boolean;
  /** `[F]` seconds; without them neighbours are taken to be a video's. */
  times?: ArrayLike<number>;
  /** `[478]` metres: how far each landmark strays on the head model's surface. */
  spread?: ArrayLike<number>;
}

/** Pictures further apart than this tell motion from noise no more, seconds. */
const longestStep = 0.06;

/** Lids close, eyes jump and lips part within a frame or two: beyond the error of their kind their flicker is motion. */
const fastRegions = ['eyelids', 'iris', 'lips'];

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
  { ordered, times, spread }: LandmarkSigmaOptions,
): (Float32Array | undefined)[] {
  const instability = faces.map((_, frame) => {
    const close =
      !times || (times[frame + 1] - times[frame] <= longestStep && times[frame] - times[frame - 1] <= longestStep);
    return instabilityOf(faces, frame, topology, ordered && close);
  });
  return faces.map((face, frame) => {
    if (!face) return undefined;
    const { points, window } = face;
    const facing = landmarkFacing(points, topology);
    const [right, left] = eyeOpenings(points);
    return Float32Array.from({ length: landmarkCount }, (_, i) => {
      const region = topology.regions[i];
      const kind = (regionError[region] / 100) * window.size;
      const embedding = ((spread?.[i] ?? 0) / windowLength) * window.size;
      const hidden = region === 'iris' ? closedEyeFactor(i < firstLeftIris ? right : left) : 1;
      return Math.hypot(
        Math.max(kind, embedding) * hidden,
        (turnedAway.gain / 100) * Math.max(turnedAway.from - facing[i], 0) * window.size,
        ordered ? pooled(instability, frame, i) : instability[frame]![i],
        pixelError,
      );
    });
  });
}

/** What one picture and its neighbours say of the noise: disagreement of the passes and flicker, `[478]` pixels. */
function instabilityOf(
  faces: (FaceLandmarks | undefined)[],
  frame: number,
  topology: FaceTopology,
  flickers: boolean,
): Float32Array | undefined {
  const [before, here, after] = [faces[frame - 1], faces[frame], faces[frame + 1]];
  if (!here) return undefined;
  const flicker = flickers && before && after ? temporalResidual(before.points, here.points, after.points) : undefined;
  return here.disagreement.map((deviation, i) => {
    const region = topology.regions[i];
    const most = fastRegions.includes(region) ? (regionError[region] / 100) * here.window.size : Infinity;
    return Math.hypot(disagreementGain * deviation, Math.min(most, flicker?.[i] ?? 0));
  });
}

/** Root mean square over a frame and the two on either side: two passes alone give a rough estimate. */
function pooled(instability: (Float32Array | undefined)[], frame: number, i: number): number {
  let [sum, count] = [0, 0];
  for (let near = Math.max(0, frame - 2); near <= frame + 2; near++) {
    const values = instability[near];
    if (!values) continue;
    sum += values[i] ** 2;
    count++;
  }
  return Math.sqrt(sum / count);
}

function closedEyeFactor(opening: number): number {
  const closed = Math.min(Math.max((closedEye.from - opening) / (closedEye.from - closedEye.closed), 0), 1);
  return 1 + (closedEye.factor - 1) * closed;
}
