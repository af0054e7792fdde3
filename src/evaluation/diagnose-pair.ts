import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { alignRigid } from '../geometry/rigid-alignment.js';
import { axisAngleFromRotation } from '../geometry/rotation.js';
import { finiteVertices, joinCameras, joinPair, type MeshPair } from './mesh-sequence.js';
import { type EvaluationWarning } from './metric.js';
import { cameraAtSize, screenPixels, screenVertices } from './screen-mesh.js';

/** A prediction that many times too large or small is in another unit. */
const unitFactor = 3;
/** Mirrored key points fit that much better: a left-handed head. */
const mirrorGain = 0.5;
/** A camera is another one where the face lies a distance between the outer eye corners away, or is turned by so much. */
const [cameraShift, cameraTurn] = [1, (12 * Math.PI) / 180];
/**
 * Frames are shuffled where the key points do not follow the truth's course (their squared distance is at least this share
 * of that between unrelated frames), but some order of them does (at most this share), and there is motion at all
 * (pixels).
 */
const [unrelated, related, leastMotion] = [0.5, 0.15, 2];
/** At most so many frames are looked at. */
const frameLimit = 200;

/** The key points of one frame. */
interface KeyFrame {
  /** `[7, 3]` metres, in each one's camera. */
  truth: Float64Array;
  prediction: Float64Array;
  /** `[7, 2]` pixels of the truth's picture. */
  truthPixels: Float64Array;
  predictionPixels: Float64Array;
}

/**
 * Looks for what is wrong with a pair rather than with the tracker, by the seven key points: another unit, a mirror image,
 * another camera, frames in another order.
 */
export function diagnosePair(pair: MeshPair): EvaluationWarning[] {
  const frames = keyFrames(pair);
  const alignments = frames.map(({ truth, prediction }) => alignRigid(prediction, truth, { scale: true }));
  const scale = 1 / median(alignments.map((alignment) => alignment.scale));
  if (!(scale < unitFactor && scale > 1 / unitFactor)) {
    const times = scale > 1 ? `${scale.toPrecision(2)} times as large` : `${(1 / scale).toPrecision(2)} times smaller`;
    return [{ name: 'wrong-unit', message: `the prediction is ${times} than the truth; expected metres.` }];
  }
  const mirrored = median(
    frames.map(({ truth, prediction }) => alignRigid(mirror(prediction), truth, { scale: true }).rms),
  );
  if (mirrored < mirrorGain * median(alignments.map(({ rms }) => rms))) {
    const message = "the prediction's key points are a mirror image of the truth's: is an axis flipped?";
    return [{ name: 'mirrored-mesh', message }];
  }
  const shuffled = shuffledFrames(frames);
  if (shuffled) return [shuffled];
  const turn = median(alignments.map(({ rotation }) => Math.hypot(...axisAngleFromRotation(rotation))));
  const shift = median(frames.map(relativeShift));
  if (turn > cameraTurn || shift > cameraShift) {
    const degrees = ((turn * 180) / Math.PI).toFixed(0);
    const message =
      `the predicted face is turned by ${degrees} degrees and lies ${shift.toFixed(1)} eye distances away in the ` +
      'picture (medians): is it seen by the same camera?';
    return [{ name: 'wrong-camera', message }];
  }
  return [];
}

function keyFrames(pair: MeshPair): KeyFrame[] {
  const { truth, prediction, keyPoints } = pair;
  const { frameNumbers } = joinPair(pair);
  const [ids] = joinCameras(pair);
  const stride = Math.ceil(frameNumbers.length / frameLimit);
  return frameNumbers
    .filter((_, k) => k % stride === 0)
    .map((frame) => {
      const camera = truth.camera(ids.truth, frame);
      const predictedCamera = cameraAtSize(prediction.camera(ids.prediction, frame), camera);
      const points = interpolateSurface(finiteVertices(truth, 'truth', frame), 3, truth.faces, keyPoints.truth);
      const predicted = interpolateSurface(
        finiteVertices(prediction, 'prediction', frame),
        3,
        prediction.faces,
        keyPoints.prediction,
      );
      return {
        truth: toCamera(points, camera.cameraFromWorld),
        prediction: toCamera(predicted, predictedCamera.cameraFromWorld),
        truthPixels: screenPixels(screenVertices(points, camera)),
        predictionPixels: screenPixels(screenVertices(predicted, predictedCamera)),
      };
    });
}

function toCamera(points: Float32Array, m: Float64Array): Float64Array {
  return Float64Array.from(points, (_, i) => {
    const [row, first] = [(i % 3) * 4, i - (i % 3)];
    return m[row] * points[first] + m[row + 1] * points[first + 1] + m[row + 2] * points[first + 2] + m[row + 3];
  });
}

function mirror(points: Float64Array): Float64Array {
  return points.map((value, i) => (i % 3 === 0 ? -value : value));
}

/** Mean distance of the key points in the picture, in distances between the truth's outer eye corners there. */
function relativeShift({ truth, truthPixels, predictionPixels }: KeyFrame): number {
  let sum = 0;
  for (let i = 0; i < truthPixels.length; i += 2) {
    sum += Math.hypot(predictionPixels[i] - truthPixels[i], predictionPixels[i + 1] - truthPixels[i + 1]) / 7;
  }
  // Seen from the side the corners fall together: their distance in space, at the scale of the picture there.
  const scale = pixelsPerMetre(truth, truthPixels);
  const shift = sum / (scale * Math.hypot(truth[0] - truth[9], truth[1] - truth[10], truth[2] - truth[11]));
  return Number.isFinite(shift) ? shift : Infinity;
}

/** Ratio of the key points' spread on the screen to that across the optical axis. */
function pixelsPerMetre(points: Float64Array, pixels: Float64Array): number {
  const spread = (values: Float64Array, width: number) => {
    let squares = 0;
    for (const axis of [0, 1]) {
      const own = values.filter((_, i) => i % width === axis);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      squares += own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    }
    return Math.sqrt(squares);
  };
  return spread(pixels, 2) / spread(points, 3);
}

function shuffledFrames(frames: KeyFrame[]): EvaluationWarning | undefined {
  if (frames.length < 8) return undefined;
  const truth = centred(frames.map(({ truthPixels }) => truthPixels));
  const prediction = centred(frames.map(({ predictionPixels }) => predictionPixels));
  const distance = (i: number, j: number) =>
    truth[i].reduce((sum, value, k) => sum + (value - prediction[j][k]) ** 2, 0) / 7;
  let [same, nearest, all] = [0, 0, 0];
  truth.forEach((_, i) => {
    const row = prediction.map((__, j) => distance(i, j));
    same += row[i];
    nearest += Math.min(...row);
    all += row.reduce((sum, value) => sum + value, 0) / row.length;
  });
  const moves = all / frames.length > leastMotion ** 2;
  if (!(moves && same > unrelated * all && nearest < related * all)) return undefined;
  const message = "the prediction's frames follow the truth's in another order: are they joined by the right numbers?";
  return { name: 'shuffled-frames', message };
}

/** The tracks less their means over the frames. */
function centred(tracks: Float64Array[]): Float64Array[] {
  const mean = tracks[0].map((_, k) => tracks.reduce((sum, track) => sum + track[k], 0) / tracks.length);
  return tracks.map((track) => track.map((value, k) => value - mean[k]));
}

function median(values: number[]): number {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)];
}
