import { type FaceCrop, applyAffine, imageFromCrop, sampleCrop } from './face-crop.js';
import { type ImagePyramid } from './image-pyramid.js';
import { faceNetworkFile } from './network-file.js';
import { createOnnxSession, type OnnxSession, type OnnxSessionOptions } from './onnx-session.js';

/** A face found in a picture; pixels. */
export interface FaceDetection {
  /** Centre and side of the face's upright square in its own rotated frame. */
  x: number;
  y: number;
  size: number;
  /** Radians, the direction from the subject's right eye to the left one. */
  roll: number;
  /** `[6, 2]` right eye, left eye, nose tip, mouth, right and left ear (the subject's own sides). */
  keypoints: Float32Array;
  /** Probability. */
  score: number;
}

export interface SearchOptions {
  /** Probability below which a detection is dropped. */
  minScore?: number;
  /** Also look for small and turned faces. */
  thorough?: boolean;
  signal?: AbortSignal;
}

export interface FaceDetector {
  session: OnnxSession;
  /**
   * Looks for faces, the likely sizes and directions first; each step yields what it found, largest face first. The
   * caller stops when a step's faces satisfy it.
   */
  search(pyramid: ImagePyramid, options?: SearchOptions): AsyncGenerator<FaceDetection[]>;
}

const side = 128;
const batchSize = 16;
/** Detections of one step worth a closer look; noise gives hundreds. */
const maxCandidates = 8;
/** Anchors per cell: two on the 16 x 16 grid, six on the 8 x 8 grid. */
const anchors = [
  { cells: 16, count: 2 },
  { cells: 8, count: 6 },
];

/**
 * BlazeFace (short range) over tiles of the picture.
 *
 * The network wants a face of a fifth to all of its input, so the picture is covered by overlapping square tiles: first
 * one as large as the picture, halves and quarters; then, in a thorough search, the same turned by 90, 270 and 180
 * degrees, and ever smaller upright ones down to faces of 24 pixels or a fiftieth of the picture.
 */
export async function createFaceDetector(options: OnnxSessionOptions = {}): Promise<FaceDetector> {
  const session = await createOnnxSession(faceNetworkFile('face-detector.onnx'), options);
  const centres = anchorCentres();

  async function detectInTiles(pyramid: ImagePyramid, tiles: FaceCrop[], minScore: number): Promise<FaceDetection[]> {
    const found: FaceDetection[] = [];
    for (let start = 0; start < tiles.length; start += batchSize) {
      const batch = tiles.slice(start, start + batchSize);
      const input = new Float32Array(batch.length * 3 * side * side);
      batch.forEach((tile, b) => {
        const target = input.subarray(b * 3 * side * side, (b + 1) * 3 * side * side);
        sampleCrop(pyramid, tile, side, target, { range: [-1, 1], outside: 'black' });
      });
      const { regressors, classificators } = await session.run({
        input: { data: input, dims: [batch.length, 3, side, side] },
      });
      batch.forEach((tile, b) => {
        const scores = classificators.data.subarray(b * 896, (b + 1) * 896);
        const boxes = regressors.data.subarray(b * 896 * 16, (b + 1) * 896 * 16);
        found.push(...decodeTile(tile, scores, boxes, centres, minScore));
      });
    }
    return found;
  }

  return {
    session,
    async *search(pyramid, { minScore = 0.4, thorough = true, signal } = {}) {
      const { width, height } = pyramid.image;
      const whole = Math.max(width, height);
      const step = async (sizes: number[], quarterTurns: number) => {
        signal?.throwIfAborted();
        const tiles = sizes.flatMap((size) => coverWithTiles(width, height, size, (quarterTurns * Math.PI) / 2));
        const found = await detectInTiles(pyramid, tiles, minScore);
        return mergeDetections(found)
          .slice(0, maxCandidates)
          .sort((a, b) => b.size - a.size);
      };
      const coarse = [whole, whole / 2, whole / 4];
      yield await step(coarse, 0);
      if (!thorough) return;
      const smallest = Math.max(24, whole / 50);
      for (const quarterTurns of [1, 3, 2]) yield await step(coarse, quarterTurns);
      for (let size = whole / 8; size > 2 * smallest; size /= 2) yield await step([size], 0);
    },
  };
}

/** `[896, 2]` anchor centres, input pixels, in the network's order. */
function anchorCentres(): Float32Array {
  const centres: number[] = [];
  for (const { cells, count } of anchors) {
    for (let cell = 0; cell < cells * cells; cell++) {
      const x = (((cell % cells) + 0.5) / cells) * side;
      const y = ((Math.floor(cell / cells) + 0.5) / cells) * side;
      for (let k = 0; k < count; k++) centres.push(x, y);
    }
  }
  return Float32Array.from(centres);
}

/** Square tiles of one size that overlap by half and cover the picture. */
export function coverWithTiles(width: number, height: number, size: number, roll: number): FaceCrop[] {
  const positions = (length: number) => {
    if (length <= size) return [length / 2];
    const count = Math.ceil((length - size) / (size / 2)) + 1;
    return Array.from({ length: count }, (_, k) => size / 2 + ((length - size) * k) / (count - 1));
  };
  return positions(height).flatMap((y) => positions(width).map((x) => ({ x, y, size, roll })));
}

function decodeTile(
  tile: FaceCrop,
  logits: Float32Array,
  boxes: Float32Array,
  centres: Float32Array,
  minScore: number,
): FaceDetection[] {
  const minLogit = Math.log(minScore / (1 - minScore));
  const map = imageFromCrop(tile, side);
  const found: FaceDetection[] = [];
  for (let k = 0; k < logits.length; k++) {
    if (logits[k] < minLogit) continue;
    const [ax, ay] = [centres[2 * k], centres[2 * k + 1]];
    const at = k * 16;
    const [x, y] = applyAffine(map, boxes[at] + ax, boxes[at + 1] + ay);
    const keypoints = new Float32Array(12);
    for (let p = 0; p < 12; p += 2) {
      keypoints.set(applyAffine(map, boxes[at + 4 + p] + ax, boxes[at + 5 + p] + ay), p);
    }
    found.push({
      x,
      y,
      size: (Math.max(boxes[at + 2], boxes[at + 3]) * tile.size) / side,
      roll: Math.atan2(keypoints[3] - keypoints[1], keypoints[2] - keypoints[0]),
      keypoints,
      score: 1 / (1 + Math.exp(-logits[k])),
    });
  }
  return found;
}

/** Overlap of two faces' squares, taken upright: intersection over union. */
export function overlap(a: { x: number; y: number; size: number }, b: { x: number; y: number; size: number }): number {
  const along = (p: number, q: number) =>
    Math.max(0, Math.min(p + a.size / 2, q + b.size / 2) - Math.max(p - a.size / 2, q - b.size / 2));
  const shared = along(a.x, b.x) * along(a.y, b.y);
  return shared / (a.size ** 2 + b.size ** 2 - shared);
}

/** Keeps the best of overlapping detections, averaged with the others by score; best first. */
export function mergeDetections(detections: FaceDetection[]): FaceDetection[] {
  const waiting = [...detections].sort((a, b) => b.score - a.score);
  const merged: FaceDetection[] = [];
  while (waiting.length > 0) {
    const best = waiting[0];
    const group = waiting.filter((other) => other === best || overlap(best, other) > 0.3);
    waiting.splice(0, waiting.length, ...waiting.filter((other) => !group.includes(other)));
    merged.push({ ...averageDetections(group), score: best.score });
  }
  return merged;
}

function averageDetections(group: FaceDetection[]): FaceDetection {
  const total = group.reduce((sum, { score }) => sum + score, 0);
  const mean = (value: (face: FaceDetection) => number) =>
    group.reduce((sum, face) => sum + value(face) * face.score, 0) / total;
  const keypoints = Float32Array.from({ length: 12 }, (_, k) => mean((face) => face.keypoints[k]));
  return {
    x: mean(({ x }) => x),
    y: mean(({ y }) => y),
    size: mean(({ size }) => size),
    roll: Math.atan2(keypoints[3] - keypoints[1], keypoints[2] - keypoints[0]),
    keypoints,
    score: group[0].score,
  };
}
