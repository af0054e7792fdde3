import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Alignment } from '../../src/alignment/alignment.js';
import { fitSequence, type FitResult } from '../../src/fitting/fit-sequence.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { projectPoints } from '../../src/geometry/project.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { openSequence } from '../../src/io/open-sequence.js';
import { writeFileAtomic } from '../../src/io/write-file.js';
import { contactSheet } from '../../src/render/contact-sheet.js';
import { encodeImage } from '../../src/render/image-file.js';
import { renderOverlay } from '../../src/render/overlay.js';
import { createObservers, type ObserverOptions } from './observers.js';
import { median, seenImages } from './people.js';
import { sharedData } from './sets.js';

/** What can be said of an observer where the truth is not known. */
export interface RealRow {
  input: string;
  observer: string;
  status: string;
  seen: number;
  images: number;
  /** Median distance of the fitted head's landmarks from the landmark network's, per cent of the face box. */
  fromLandmarksPercent: number;
  /** Mean second difference of the fitted face on the screen from frame to frame, per cent of the box; videos only. */
  jitterPercent: number | null;
  /** The same of the observations themselves. */
  seenJitterPercent: number | null;
}

/** Photographs, each by itself, and a part of a video; pictures of both go to a folder to be looked at. */
export async function measureReal(options: ObserverOptions, pictures: string): Promise<RealRow[]> {
  const rows: RealRow[] = [];
  const photographs = join(sharedData, 'photos-public-domain');
  const video = join(sharedData, 'video-public-domain/weekly-address-720p25.mp4');
  const names = existsSync(photographs)
    ? (await readdir(photographs)).filter((name) => /\.(jpe?g|png)$/.test(name))
    : [];
  const inputs = names
    .sort()
    .map((name) => ({ name, path: join(photographs, name), frames: undefined as { stop: number } | undefined }));
  if (existsSync(video)) inputs.push({ name: 'video', path: video, frames: { stop: 60 } });
  if (inputs.length === 0) console.error(`alignment: no photographs and no video in ${sharedData}; they are left out.`);
  for (const { name, path, frames } of inputs) {
    const sequence = await openSequence(path, { frames });
    rows.push(...(await measureInput(name, sequence, options, join(pictures, `${name.replace(/\.\w+$/, '')}.png`))));
    await sequence.close();
  }
  return rows;
}

async function measureInput(input: string, sequence: Sequence, options: ObserverOptions, picture: string) {
  const { head } = options;
  const observers = createObservers(sequence, options);
  const { alignment: landmarks } = await observers.landmarks();
  const rows: RealRow[] = [];
  const sheet: Parameters<typeof contactSheet>[0] = [];
  for (const [observer, observe] of Object.entries(observers)) {
    const { alignment } = await observe();
    const fit = await fitSequence({ head, alignment });
    rows.push({
      input,
      observer,
      status: fit.status,
      seen: seenImages(alignment),
      images: sequence.frameCount,
      fromLandmarksPercent: fromLandmarks(fit, landmarks),
      jitterPercent: fittedJitter(fit),
      seenJitterPercent: observedJitter(alignment),
    });
    const image = await sequence.read(0, 0);
    if (!image || seenImages(alignment) === 0) continue;
    const count = alignment.points.faces.length;
    const observedPoints = { mu: alignment.mu.subarray(0, count * 2), sigma: alignment.sigma.subarray(0, count) };
    const [camera, vertices] = [fit.parameters.cameras[0], worldVertices(head, fit.parameters, 0)];
    const shown = { image, camera, vertices, faces: head.faces, observed: observedPoints };
    sheet.push({ image: await renderOverlay(shown, { panels: ['points', 'overlay', 'wire'] }), label: observer });
  }
  if (sheet.length > 0) {
    const joined = await contactSheet(sheet, { columns: 1, maxWidth: 1400 });
    await writeFileAtomic(picture, await encodeImage(joined, { format: 'png' }));
  }
  return rows;
}

/** Side of the square around the face, pixels. */
function boxSide({ faceBoxes }: Alignment, image: number): number {
  const [left, top, right, bottom] = faceBoxes.subarray(image * 4, image * 4 + 4);
  return Math.max(right - left, bottom - top);
}

function fromLandmarks({ parameters, problem: { head } }: FitResult, landmarks: Alignment): number {
  const { points, mu, sigma, frameCount } = landmarks;
  const count = points.faces.length;
  const errors: number[] = [];
  for (let frame = 0; frame < frameCount; frame++) {
    const places = interpolateSurface(worldVertices(head, parameters, frame), 3, head.faces, points);
    const { pixels } = projectPoints(places, parameters.cameras[0]);
    for (let n = 0; n < count; n++) {
      const at = frame * count + n;
      if (!(sigma[at] > 0)) continue;
      const distance = Math.hypot(pixels[n * 2] - mu[at * 2], pixels[n * 2 + 1] - mu[at * 2 + 1]);
      errors.push((100 * distance) / boxSide(landmarks, frame));
    }
  }
  return median(errors);
}

function fittedJitter({ parameters, problem: { head }, alignment }: FitResult): number | null {
  const face = Array.from(head.regions.face.keys()).filter((v) => head.regions.face[v] === 1);
  const tracks = Array.from({ length: alignment.frameCount }, (_, frame) => {
    const { pixels } = projectPoints(worldVertices(head, parameters, frame), parameters.cameras[0]);
    return Float64Array.from(face.flatMap((v) => [pixels[v * 2], pixels[v * 2 + 1]]));
  });
  return secondDifferences(tracks, alignment, () => true);
}

/** Over the points that are as sure as the median one. */
function observedJitter(alignment: Alignment): number | null {
  const count = alignment.points.faces.length;
  const sigma = alignment.sigma.subarray(0, count);
  const limit = median([...sigma].filter((value) => value > 0));
  const tracks = Array.from({ length: alignment.frameCount }, (_, frame) =>
    Float64Array.from(alignment.mu.subarray(frame * count * 2, (frame + 1) * count * 2)),
  );
  return secondDifferences(tracks, alignment, (n) => sigma[n] > 0 && sigma[n] <= limit);
}

function secondDifferences(
  tracks: Float64Array[],
  alignment: Alignment,
  counts: (n: number) => boolean,
): number | null {
  const values: number[] = [];
  for (let frame = 1; frame + 1 < tracks.length; frame++) {
    if ([frame - 1, frame, frame + 1].some((near) => boxSide(alignment, near) === 0)) continue;
    const [before, here, after] = tracks.slice(frame - 1, frame + 2);
    for (let n = 0; n < here.length / 2; n++) {
      if (!counts(n)) continue;
      const [dx, dy] = [0, 1].map((a) => before[n * 2 + a] - 2 * here[n * 2 + a] + after[n * 2 + a]);
      values.push((100 * Math.hypot(dx, dy)) / boxSide(alignment, frame));
    }
  }
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}
