import { type CanonicalObservations, readAt } from './canonical-observations.js';
import { LevelReader } from './canonical-pyramid.js';
import { type RobustLoss } from './robust-loss.js';

/** What one image shows where it sees a sample. */
export interface SeenValue {
  /** `[3]` canonical units. */
  value: Float64Array;
  lambda: number;
  /** 1 / canonical units. */
  inverseSigma: number;
}

/**
 * For each of N samples what the images show at its place.
 *
 * @param pixels `[N, 2]` of one image, where the pictures show the samples.
 */
export function collectSeen(
  { images }: CanonicalObservations,
  pixels: (image: number) => Float64Array,
  count: number,
): SeenValue[][] {
  const seen = Array.from({ length: count }, (): SeenValue[] => []);
  const reader = new LevelReader();
  images.forEach((image, i) => {
    if (!image) return;
    const { weights, inverseSigma, level, cellFromImage } = image;
    const at = pixels(i);
    for (let n = 0; n < count; n++) {
      if (weights[n] === 0) continue;
      readAt(reader, level, cellFromImage, at[n * 2], at[n * 2 + 1]);
      seen[n].push({ value: reader.value.slice(), lambda: weights[n], inverseSigma: inverseSigma[n] });
    }
  });
  return seen;
}

/** How much a seen value counts against sample n's target, 1 / canonical units², robust loss included. */
export function seenWeight(
  { value, lambda, inverseSigma }: SeenValue,
  targets: Float64Array,
  n: number,
  robust: RobustLoss | undefined,
): number {
  let squares = 0;
  for (let axis = 0; axis < 3; axis++) squares += ((value[axis] - targets[n * 3 + axis]) * inverseSigma) ** 2;
  return lambda * inverseSigma ** 2 * (robust ? robust.weight(squares) : 1);
}
