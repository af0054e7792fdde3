import { type Alignment } from '../alignment/alignment.js';
import { templateEmbedding } from '../canonical/template-cube.js';
import { type Camera } from '../geometry/camera.js';
import { type ProblemOptions } from './build-problem.js';
import { canonicalMatches } from './canonical-start.js';
import { initialise, leastPoints } from './initialise.js';
import { copyParameters, type FitParameters } from './parameters.js';
import { type Problem } from './problem.js';

/**
 * Parameters to start from: the given ones, or rigid poses from the alignment, and from the canonical maps in the frames
 * where it saw no face.
 *
 * @param unknownFocal whether the focal lengths of `cameras` are only expected ones.
 */
export function startParameters(
  { head, alignment, canonical, terms, initial }: ProblemOptions & { initial?: FitParameters },
  problem: Problem,
  cameras: Camera[],
  unknownFocal: boolean,
): FitParameters {
  const start = initial ? copyParameters(initial) : initialise(head, alignment, cameras, unknownFocal);
  const texture = problem.canonicalTexture ?? new Float64Array(0);
  if (start.canonicalTexture.length !== texture.length) start.canonicalTexture = Float64Array.from(texture);
  if (initial || canonical?.space !== 'unit-cube') return start;
  const seen = framesSeen(alignment);
  if (seen.every((count) => count >= leastPoints)) return start;
  const embedding = terms?.canonical?.embedding ?? templateEmbedding(head, head);
  const noFace = seen.every((count) => count < leastPoints);
  const matches = canonicalMatches(head, embedding, canonical, alignment, start.cameras);
  const fromMaps = initialise(head, matches, start.cameras, unknownFocal && noFace);
  if (noFace) return { ...fromMaps, canonicalTexture: start.canonicalTexture };
  framesSeen(matches).forEach((count, f) => {
    if (seen[f] >= leastPoints || count < leastPoints) return;
    start.headRotation.set(fromMaps.headRotation.subarray(f * 9, f * 9 + 9), f * 9);
    start.headTranslation.set(fromMaps.headTranslation.subarray(f * 3, f * 3 + 3), f * 3);
  });
  return start;
}

/** `[F]` most points that one camera saw. */
function framesSeen({ frameCount, viewCount, points, sigma }: Alignment): number[] {
  const count = points.faces.length;
  return Array.from({ length: frameCount }, (_, f) => {
    const inView = Array.from({ length: viewCount }, (_, c) =>
      sigma
        .subarray((f * viewCount + c) * count, (f * viewCount + c + 1) * count)
        .reduce((sum, s) => sum + (s > 0 ? 1 : 0), 0),
    );
    return Math.max(...inView);
  });
}
