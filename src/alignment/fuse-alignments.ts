import { type Alignment, type AlignmentSource } from './alignment.js';

/**
 * Joins what several observers saw of the same pictures: all their points with their own sigmas, so that in the fit each
 * counts by how sure it is. A picture in which one of them saw nothing has the others' observations.
 *
 * @param alignments of the same frames and cameras.
 */
export function fuseAlignments(alignments: (Alignment & { source: AlignmentSource })[]): Alignment {
  const [first] = alignments;
  const { frameCount, viewCount } = first;
  const images = frameCount * viewCount;
  for (const other of alignments) {
    if (other.frameCount !== frameCount || other.viewCount !== viewCount) {
      throw new Error(
        `fuseAlignments: expected ${frameCount} frames of ${viewCount} cameras, got ${other.frameCount} of ${other.viewCount}.`,
      );
    }
  }
  const sets = alignments.map(({ source, points }) => ({ source, count: points.faces.length }));
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const mu = new Float32Array(images * count * 2);
  const sigma = new Float32Array(images * count);
  const faceBoxes = new Float32Array(images * 4);
  for (let image = 0; image < images; image++) {
    let at = image * count;
    for (const alignment of alignments) {
      const own = alignment.points.faces.length;
      mu.set(alignment.mu.subarray(image * own * 2, (image + 1) * own * 2), at * 2);
      sigma.set(alignment.sigma.subarray(image * own, (image + 1) * own), at);
      at += own;
    }
    const seenBy = alignments.find(({ faceBoxes: boxes }) => boxes[image * 4 + 2] > boxes[image * 4]);
    if (seenBy) faceBoxes.set(seenBy.faceBoxes.subarray(image * 4, image * 4 + 4), image * 4);
  }
  return {
    ...first,
    points: {
      faces: Int32Array.from(alignments.flatMap(({ points }) => [...points.faces])),
      barycentric: Float32Array.from(alignments.flatMap(({ points }) => [...points.barycentric])),
    },
    mu,
    sigma,
    faceBoxes,
    source: 'fused',
    sets,
  };
}
