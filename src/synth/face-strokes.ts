import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';

/** A painted line on the resting face: a brow or a row of lashes. */
export interface FaceStroke {
  /** `[K, 3]` metres, head frame at rest. */
  points: Float32Array;
  /** `[K]` half width at each point, metres. */
  halfWidths: Float32Array;
  /** How far the sides fade, metres. */
  softness: number;
  opacity: number;
  /** Share of the cover that hairs leave bare. */
  sparseness: number;
}

/** MediaPipe's brow points from the nose outwards, upper and lower side, and upper lids from the nose outwards. */
const BROWS = [
  { upper: [107, 66, 105, 63, 70], lower: [55, 65, 52, 53, 46] },
  { upper: [336, 296, 334, 293, 300], lower: [285, 295, 282, 283, 276] },
];
const UPPER_LIDS = [
  [173, 157, 158, 159, 160, 161, 246, 33],
  [398, 384, 385, 386, 387, 388, 466, 263],
];

/** Brows and upper lashes of a head whose 478 landmarks are known; none otherwise. */
export function createFaceStrokes(head: HeadModel, rest: ArrayLike<number>): FaceStroke[] {
  if (!head.landmarks478) return [];
  const landmarks = interpolateSurface(rest, 3, head.faces, head.landmarks478);
  const at = (k: number) => landmarks.subarray(k * 3, k * 3 + 3);
  const brows = BROWS.map(({ upper, lower }): FaceStroke => {
    const points = Float32Array.from(upper.flatMap((k, i) => [0, 1, 2].map((a) => (at(k)[a] + at(lower[i])[a]) / 2)));
    const widths = upper.map((k, i) => Math.hypot(...[0, 1, 2].map((a) => at(k)[a] - at(lower[i])[a])) / 2);
    const taper = [0.7, 0.95, 0.9, 0.7, 0.35];
    const halfWidths = Float32Array.from(widths, (width, i) => Math.min(0.006, Math.max(0.0025, width)) * taper[i]);
    return { points, halfWidths, softness: 0.0035, opacity: 0.85, sparseness: 0.5 };
  });
  const lashes = UPPER_LIDS.map((lid): FaceStroke => {
    const points = Float32Array.from(lid.flatMap((k) => Array.from(at(k))));
    return {
      points,
      halfWidths: new Float32Array(lid.length).fill(0.0005),
      softness: 0.001,
      opacity: 0.8,
      sparseness: 0,
    };
  });
  return [...brows, ...lashes].filter(({ points }) => points.every(Number.isFinite));
}

/** How much of a stroke covers a point of the resting face, 0 to 1. */
export function strokeCover(stroke: FaceStroke, x: number, y: number, z: number): number {
  const { points, halfWidths, softness, opacity } = stroke;
  let cover = 0;
  for (let k = 0; k + 1 < halfWidths.length; k++) {
    const [ax, ay, az] = [points[k * 3], points[k * 3 + 1], points[k * 3 + 2]];
    const [ux, uy, uz] = [points[k * 3 + 3] - ax, points[k * 3 + 4] - ay, points[k * 3 + 5] - az];
    const along = ((x - ax) * ux + (y - ay) * uy + (z - az) * uz) / (ux * ux + uy * uy + uz * uz);
    const t = Math.min(1, Math.max(0, along));
    const distance = Math.hypot(x - ax - t * ux, y - ay - t * uy, z - az - t * uz);
    const halfWidth = halfWidths[k] + t * (halfWidths[k + 1] - halfWidths[k]);
    cover = Math.max(cover, 1 - Math.max(0, distance - halfWidth) / softness);
  }
  return opacity * cover;
}
