import { join } from 'node:path';
import { type FitResult } from '../fitting/fit-sequence.js';
import { worldVertices } from '../fitting/residuals.js';
import { type RgbImage } from '../geometry/image.js';
import { type CheckpointFolder } from '../io/checkpoint-file.js';
import { writeFileAtomic } from '../io/write-file.js';
import { contactSheet } from '../render/contact-sheet.js';
import { encodeImage } from '../render/image-file.js';
import { renderOverlay } from '../render/overlay.js';
import { openInput } from './open-input.js';
import { type TrackOptions } from './track-options.js';

/** Pictures on the contact sheet, at most. */
const sheetLimit = 24;

/**
 * Writes `overlay/<camera>/<frame>.jpg` for each picture with a face, and `overlay.jpg`, a sheet of some of them.
 *
 * Reads the input a second time, so that no more than one picture is held at once. Pictures that an earlier run has
 * marked in the checkpoint are not drawn again.
 */
export async function writeOverlays(
  options: TrackOptions,
  fit: FitResult,
  checkpoint: CheckpointFolder,
): Promise<void> {
  const { alignment, parameters, problem, residuals } = fit;
  const { frameCount, viewCount, cameraIds, frameNumbers } = alignment;
  const images = frameCount * viewCount;
  // Coprime with the cameras, so that the sheet shows them all.
  let stride = Math.ceil(images / sheetLimit);
  while (viewCount > 1 && commonDivisor(stride, viewCount) > 1) stride++;
  const rendered = await checkpoint.rendered();
  const sheet: { image: RgbImage; label: string }[] = [];
  const sequence = await openInput(options);
  try {
    for (let frame = 0; frame < frameCount; frame++) {
      options.signal?.throwIfAborted();
      const vertices = worldVertices(problem.head, parameters, frame);
      for (let view = 0; view < viewCount; view++) {
        const index = frame * viewCount + view;
        const onSheet = index % stride === 0;
        if (Number.isNaN(residuals.perImagePx[index]) || (rendered.has(index) && !onSheet)) continue;
        // Photographs with a focal length each are as many cameras of a sequence that has one.
        const image = await sequence.read(frame, Math.min(view, sequence.viewCount - 1));
        if (!image) continue;
        const observed = observedPoints(fit, index);
        const input = { image, camera: parameters.cameras[view], vertices, faces: problem.head.faces, observed };
        if (!rendered.has(index)) {
          const picture = await renderOverlay(input, { panels: ['points', 'overlay', 'wire'] });
          const name = `${String(frameNumbers[frame]).padStart(6, '0')}.jpg`;
          await writeFileAtomic(join(options.out, 'overlay', cameraIds[view], name), await encodeImage(picture));
          await checkpoint.markRendered(index);
        }
        if (onSheet) {
          const small = await renderOverlay(input, { panels: ['original', 'overlay'], maxWidth: 480 });
          sheet.push({ image: small, label: `${cameraIds[view]} ${frameNumbers[frame]}` });
        }
        options.onProgress?.({
          phase: 'render',
          fraction: (index + 1) / images,
          detail: `image ${index + 1} of ${images}`,
        });
      }
    }
  } finally {
    await sequence.close();
  }
  if (sheet.length > 0)
    await writeFileAtomic(join(options.out, 'overlay.jpg'), await encodeImage(await contactSheet(sheet)));
}

function observedPoints({ alignment }: FitResult, index: number): { mu: Float32Array; sigma: Float32Array } {
  const count = alignment.points.faces.length;
  return {
    mu: alignment.mu.subarray(index * count * 2, (index + 1) * count * 2),
    sigma: alignment.sigma.subarray(index * count, (index + 1) * count),
  };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
