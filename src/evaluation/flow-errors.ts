import { type ErrorHistogram } from './error-histogram.js';
import { type FlowPixels } from './pixel-flow.js';

/** A later frame to which surface points are followed. */
export interface FlowTarget {
  /** `[V, 3]` of both meshes; see `screenVertices`. */
  truth: Float64Array;
  prediction: Float64Array;
  /** The picture's size, pixels. */
  size: { width: number; height: number };
  /** The ground truth's z-buffer over a window of the picture, metres; what lies outside the window is unoccluded. */
  buffer: { left: number; top: number; width: number; height: number; depth: Float32Array };
}

/** Errors of the flow from one frame to another, by the set of regions that a pixel lies in. */
export interface FlowErrors {
  /** `[S]` sums of the errors, pixels; how many there are, and how many pixels have no prediction. */
  sum: Float64Array;
  compared: Float64Array;
  missed: Float64Array;
}

export interface CompareFlowsOptions {
  /** `[T, 3]` of both meshes. */
  truthFaces: Int32Array;
  predictionFaces: Int32Array;
  /** How far behind the z-buffer a point still counts as seen, metres. */
  tolerance: number;
  /** One per set of regions; grow. */
  histograms: ErrorHistogram[];
  /** `[T]` sum and number of the errors on each triangle of the truth; grow. */
  total: Float64Array;
  times: Float64Array;
}

/**
 * Writes a triangle of `[V, 3]` values as its third corner and the two sides that lead from it to the others, so that a
 * point of it is `c + u a + v b`.
 */
function loadTriangle(screen: Float64Array, faces: Int32Array, face: number, out: Float64Array): void {
  const a = faces[face * 3] * 3;
  const b = faces[face * 3 + 1] * 3;
  const c = faces[face * 3 + 2] * 3;
  for (let k = 0; k < 3; k++) {
    out[k] = screen[c + k];
    out[3 + k] = screen[a + k] - screen[c + k];
    out[6 + k] = screen[b + k] - screen[c + k];
  }
}

/** Runs of pixels that are followed through all later frames before the next ones are: what fits a core's cache. */
const runsPerBlock = 1024;

/**
 * Compares the flows of both meshes at every pixel whose ground-truth point is still seen in a later frame.
 *
 * @returns the errors of each later frame.
 */
export function compareFlows(pixels: FlowPixels, targets: FlowTarget[], options: CompareFlowsOptions): FlowErrors[] {
  const errors = targets.map((): FlowErrors => {
    const [sum, compared, missed] = [0, 1, 2].map(() => new Float64Array(options.histograms.length));
    return { sum, compared, missed };
  });
  const runCount = pixels.runs.length;
  for (let first = 0; first < runCount; first += runsPerBlock) {
    const last = Math.min(runCount, first + runsPerBlock);
    targets.forEach((target, k) => {
      for (let run = first; run < last; run++) followRun(pixels, run, target, options, errors[k]);
    });
  }
  return errors;
}

const [truthTriangle, predictionTriangle] = [new Float64Array(9), new Float64Array(9)];

/** One run of pixels and one later frame. Nearly all of the time goes here: plain numbers, no destructuring in the loop. */
function followRun(
  { runs, truth: seen, prediction: predicted, shift }: FlowPixels,
  run: number,
  { truth, prediction, size, buffer }: FlowTarget,
  { truthFaces, predictionFaces, tolerance, histograms, total, times }: CompareFlowsOptions,
  errors: FlowErrors,
): void {
  const { start, end, face, predictedFace, regionSet } = runs[run];
  const { left, top, width, height, depth } = buffer;
  const { width: pictureWidth, height: pictureHeight } = size;
  const histogram = histograms[regionSet];
  const [t, p] = [truthTriangle, predictionTriangle];
  loadTriangle(truth, truthFaces, face, t);
  if (predictedFace >= 0) loadTriangle(prediction, predictionFaces, predictedFace, p);
  else p.fill(NaN);
  let sum = 0;
  let compared = 0;
  let missed = 0;
  for (let i = start * 2; i < end * 2; i += 2) {
    const u = seen[i];
    const v = seen[i + 1];
    const z = t[0] + u * t[3] + v * t[6];
    const near = 1 / z;
    const x = (t[1] + u * t[4] + v * t[7]) * near;
    const y = (t[2] + u * t[5] + v * t[8]) * near;
    if (!(z > 0 && x >= 0 && y >= 0 && x < pictureWidth && y < pictureHeight)) continue;
    const column = (x | 0) - left;
    const row = (y | 0) - top;
    const inside = column >= 0 && row >= 0 && column < width && row < height;
    if (inside && z > depth[row * width + column] + tolerance) continue;
    const q = predicted[i];
    const r = predicted[i + 1];
    const predictedZ = p[0] + q * p[3] + r * p[6];
    const predictedNear = 1 / predictedZ;
    const dx = (p[1] + q * p[4] + r * p[7]) * predictedNear - shift[i] - x;
    const dy = (p[2] + q * p[5] + r * p[8]) * predictedNear - shift[i + 1] - y;
    const error = Math.sqrt(dx * dx + dy * dy);
    if (!(predictedZ > 0 && error < Infinity)) {
      missed++;
      continue;
    }
    sum += error;
    compared++;
    histogram.add(error);
  }
  errors.sum[regionSet] += sum;
  errors.compared[regionSet] += compared;
  errors.missed[regionSet] += missed;
  total[face] += sum;
  times[face] += compared;
}
