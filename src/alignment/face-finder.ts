import { type FaceCrop } from './face-crop.js';
import { type FaceDetection } from './face-detector.js';
import { type ImagePyramid } from './image-pyramid.js';
import { landmarkCount, type LandmarkNetwork, type LandmarkPrediction } from './landmark-network.js';

/** The 478 landmarks of one face in one picture, and how far the passes over it disagree. */
export interface FaceLandmarks {
  /** `[478, 3]` x, y and depth (away from the camera), pixels. */
  points: Float32Array;
  /** `[478]` pixels, standard deviation per axis over the crops the landmarks were read from. */
  disagreement: Float32Array;
  /** Probability that this is a face. */
  presence: number;
  /** The window the landmarks fill, without margin. */
  window: FaceCrop;
}

/** Probability below which a crop shows no face. */
export const minPresence = 0.5;

/**
 * Median disagreement of the passes, as a fraction of the window, beyond which there is no face: 0.2 per cent on a clear
 * face, 0.8 on one that is half hidden, 2.7 and more on other things that the network takes for faces.
 */
const maxDisagreement = 0.015;

/** Margin around the landmarks' own box at which the network is most accurate. */
const margin = 1.4;

/**
 * The crops whose landmarks are averaged: margin, turn in radians, mirrored or not.
 *
 * Noise from frame to frame on a 1280 x 720 video, per axis and after the head's own motion, in per cent of the window:
 * 0.092 with the first alone, 0.081 with two, 0.073 with four, 0.066 with sixteen.
 */
const passes = [
  { margin: 1.4, turn: 0, mirrored: false },
  { margin: 1.4, turn: 0, mirrored: true },
  { margin: 1.5, turn: 0.07, mirrored: false },
  { margin: 1.5, turn: -0.07, mirrored: true },
];

/** The upright square around the landmarks, turned with the face. */
export function windowOfLandmarks(points: Float32Array): FaceCrop {
  const roll = rollOfLandmarks(points);
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 3) {
    const u = cos * points[i] + sin * points[i + 1];
    const v = cos * points[i + 1] - sin * points[i];
    [left, right] = [Math.min(left, u), Math.max(right, u)];
    [top, bottom] = [Math.min(top, v), Math.max(bottom, v)];
  }
  const [u, v] = [(left + right) / 2, (top + bottom) / 2];
  return { x: cos * u - sin * v, y: sin * u + cos * v, size: Math.max(right - left, bottom - top), roll };
}

/** Direction from the right to the left eye; in profile, where the eyes coincide, the line from brow to chin helps. */
function rollOfLandmarks(points: Float32Array): number {
  const between = (from: number, to: number, axis: number) => points[to * 3 + axis] - points[from * 3 + axis];
  const [rightEye, leftEye, brow, chin] = [33, 263, 10, 152];
  const x = between(rightEye, leftEye, 0) + 0.25 * between(brow, chin, 1);
  const y = between(rightEye, leftEye, 1) - 0.25 * between(brow, chin, 0);
  return Math.atan2(y, x);
}

/** The window that a detected face's landmarks are likely to fill: BlazeFace's square ends at brows and chin. */
export function windowOfDetection({ x, y, size, roll }: FaceDetection): FaceCrop {
  const up = 0.08 * size;
  return { x: x + up * Math.sin(roll), y: y - up * Math.cos(roll), size: 1.4 * size, roll };
}

/**
 * Reads the landmarks in a window, follows them until the window is the landmarks' own, and averages several crops.
 *
 * @param start where the face is thought to be.
 * @param passCount how many crops are averaged, 2 to 4.
 * @returns `undefined` where there is no face.
 */
export async function readLandmarks(
  network: LandmarkNetwork,
  pyramid: ImagePyramid,
  start: FaceCrop,
  passCount: number,
): Promise<FaceLandmarks | undefined> {
  let window = start;
  for (let attempt = 0; attempt < 4; attempt++) {
    const [{ points, presence }] = await network.predict(pyramid, [{ ...window, size: window.size * margin }]);
    const refined = windowOfLandmarks(points);
    if (presence < (attempt === 0 ? minPresence / 5 : minPresence) || !isPlausible(refined, start)) return undefined;
    const settled = presence >= minPresence && sameWindow(window, refined, 0.04);
    window = refined;
    if (settled) break;
  }
  return averagePasses(network, pyramid, window, passCount);
}

/** As {@link readLandmarks}, for a window that already is the face's own: the averaged crops alone. */
export async function averagePasses(
  network: LandmarkNetwork,
  pyramid: ImagePyramid,
  window: FaceCrop,
  passCount: number,
): Promise<FaceLandmarks | undefined> {
  const crops = passes.slice(0, passCount).map((pass) => ({
    ...window,
    size: window.size * pass.margin,
    roll: window.roll + pass.turn,
    mirrored: pass.mirrored,
  }));
  const predictions = await network.predict(pyramid, crops);
  const presence = predictions.reduce((sum, prediction) => sum + prediction.presence, 0) / predictions.length;
  if (presence < minPresence) return undefined;
  const { mean, deviation } = meanAndDeviation(predictions);
  const found = windowOfLandmarks(mean);
  if (median(deviation) > maxDisagreement * found.size) return undefined;
  return { points: mean, disagreement: deviation, presence, window: found };
}

function meanAndDeviation(predictions: LandmarkPrediction[]): { mean: Float32Array; deviation: Float32Array } {
  const count = predictions.length;
  const mean = new Float32Array(landmarkCount * 3);
  for (const { points } of predictions) points.forEach((value, k) => (mean[k] += value / count));
  const deviation = Float32Array.from({ length: landmarkCount }, (_, i) => {
    let sum = 0;
    for (const { points } of predictions) {
      sum += (points[i * 3] - mean[i * 3]) ** 2 + (points[i * 3 + 1] - mean[i * 3 + 1]) ** 2;
    }
    return Math.sqrt(sum / (2 * (count - 1)));
  });
  return { mean, deviation };
}

function median(values: Float32Array): number {
  return Float32Array.from(values).sort()[values.length >> 1];
}

/** Whether two windows agree in place, size and turn to a fraction of their size. */
export function sameWindow(a: FaceCrop, b: FaceCrop, tolerance: number): boolean {
  const turn = Math.atan2(Math.sin(a.roll - b.roll), Math.cos(a.roll - b.roll));
  return (
    Math.hypot(a.x - b.x, a.y - b.y) < tolerance * a.size &&
    Math.abs(Math.log(a.size / b.size)) < tolerance &&
    Math.abs(turn) < 2 * tolerance
  );
}

/** A window that ran away from where it started has lost the face. */
function isPlausible(window: FaceCrop, start: FaceCrop): boolean {
  const ratio = window.size / start.size;
  return ratio > 0.3 && ratio < 3 && Math.hypot(window.x - start.x, window.y - start.y) < start.size;
}
