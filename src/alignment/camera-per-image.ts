import { type Alignment } from './alignment.js';

/**
 * Photographs of one camera as F cameras that took one picture each, so that each has its own focal length.
 *
 * @param alignment F frames of one camera.
 * @returns F frames and F cameras; camera f sees frame f alone.
 */
export function cameraPerImage(alignment: Alignment): Alignment {
  const { frameCount: F, viewCount, points } = alignment;
  if (viewCount !== 1) throw new Error(`cameraPerImage: expected photographs of one camera, got ${viewCount} cameras.`);
  const N = points.faces.length;
  const mu = new Float32Array(F * F * N * 2);
  const sigma = new Float32Array(F * F * N);
  const faceBoxes = new Float32Array(F * F * 4);
  for (let f = 0; f < F; f++) {
    const diagonal = f * F + f;
    mu.set(alignment.mu.subarray(f * N * 2, (f + 1) * N * 2), diagonal * N * 2);
    sigma.set(alignment.sigma.subarray(f * N, (f + 1) * N), diagonal * N);
    faceBoxes.set(alignment.faceBoxes.subarray(f * 4, (f + 1) * 4), diagonal * 4);
  }
  return {
    ...alignment,
    viewCount: F,
    cameraIds: alignment.frameNumbers.map((frame) => `${alignment.cameraIds[0]}-${frame}`),
    imageSizes: alignment.frameNumbers.map(() => alignment.imageSizes[0]),
    mu,
    sigma,
    faceBoxes,
  };
}
