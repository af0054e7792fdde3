import { type HeadModel } from '../flame/head-model.js';
import { type RgbImage } from '../geometry/image.js';
import { type Sequence } from '../geometry/sequence.js';
import { type AlignmentCheckpoint, segmentPeriod } from './align-checkpoint.js';
import { type AlignProgress, type SequenceAlignment } from './align-sequence.js';
import { type Alignment } from './alignment.js';
import { createFaceLocator } from './face-locator.js';
import { type FlowSegment } from './flow-checkpoint.js';
import { type Device } from './onnx-session.js';
import { undistortAlignment } from './undistort-alignment.js';
import { createUvFlowBox, type UvFlowBox } from './uv-flow-box.js';
import { createUvFlowNetwork } from './uv-flow-network.js';
import { uvFlowPoints } from './uv-flow-sampler.js';
import { createUvFlowTracker, type UvFlowFace, type UvFlowTrack } from './uv-flow-tracker.js';

export interface AlignUvFlowOptions {
  head: HeadModel;
  /** The bytes of an `.onnx` file of the contract `uv-flow/1`. */
  network: Uint8Array;
  /** What to call the network in errors. */
  where: string;
  /** Which face: its place in the order of size, 0 the largest. */
  face?: number;
  /** Whether frames follow each other in time; `false` for photographs of one person in any order. */
  ordered?: boolean;
  device?: Device;
  /** Where the frames that are done are kept; those it has are not read again. */
  checkpoint?: AlignmentCheckpoint<FlowSegment>;
  onProgress?: (progress: AlignProgress) => void;
  signal?: AbortSignal;
}

/** Pictures without order that are read in one batch. */
const unorderedBatch = 8;

/**
 * Finds one face in every picture and asks a UV-to-image flow network for the place of each of the head's vertices
 * (FlowFace section 3.1). The pictures of all cameras in one frame are one batch.
 *
 * @returns N points: the vertices that the network's UV layout has; pixels without lens distortion where the sequence
 *   knows its cameras. A picture without the face is an absent observation.
 */
export async function alignUvFlow(sequence: Sequence, options: AlignUvFlowOptions): Promise<SequenceAlignment> {
  const { head, where, ordered = true, device, face, signal } = options;
  const network = await createUvFlowNetwork(options.network, where, { device });
  try {
    const points = uvFlowPoints(head, network.contract, where);
    const locator = await createFaceLocator({ face, device, signal });
    try {
      const box = createUvFlowBox(head, points);
      const read = createUvFlowTracker({ network, locator, points, box, ordered });
      const alignment = emptyAlignment(sequence, points.points);
      const { provider, refused } = network.session;
      await readAll(sequence, options, alignment, { read, box, engine: { provider, refused } });
      const straight = sequence.cameras ? undistortAlignment(alignment, sequence.cameras) : alignment;
      return { ...straight, engine: { provider, refused } };
    } finally {
      await locator.release();
    }
  } finally {
    await network.session.release();
  }
}

interface Reader {
  read: ReturnType<typeof createUvFlowTracker>;
  box: UvFlowBox;
  engine: FlowSegment['engine'];
}

/** Reads batch after batch, a frame's cameras or some photographs, from where the checkpoint ends. */
async function readAll(
  sequence: Sequence,
  { ordered = true, checkpoint, onProgress, signal }: AlignUvFlowOptions,
  alignment: Alignment,
  { read, box, engine }: Reader,
): Promise<void> {
  const { frameCount, viewCount } = sequence;
  const done = (await checkpoint?.load()) ?? [];
  for (const { firstFrame, mu, sigma, faceBoxes } of done) placeFrames(alignment, firstFrame, { mu, sigma, faceBoxes });
  const last = done.at(-1);
  const tracks = last?.tracks ?? Array.from({ length: viewCount }, newTrack);
  let saved = last ? last.firstFrame + last.frameCount : 0;
  let lastSave = performance.now();
  const save = async (end: number) => {
    const frames = takeFrames(alignment, saved, end);
    await checkpoint?.save({ firstFrame: saved, frameCount: end - saved, ...frames, tracks, engine });
    [saved, lastSave] = [end, performance.now()];
  };
  const framesPerBatch = ordered ? 1 : Math.max(1, Math.floor(unorderedBatch / viewCount));
  const progress = { total: frameCount * viewCount, done: saved * viewCount, seen: seenImages(alignment) };
  for (let first = saved; first < frameCount; first += framesPerBatch) {
    signal?.throwIfAborted();
    const end = Math.min(first + framesPerBatch, frameCount);
    const batch: { image: RgbImage; track: UvFlowTrack; frame: number; view: number }[] = [];
    for (let frame = first; frame < end; frame++) {
      for (let view = 0; view < viewCount; view++) {
        const image = await sequence.read(frame, view);
        if (image) batch.push({ image, track: ordered ? tracks[view] : newTrack(), frame, view });
      }
    }
    const faces = await read(batch);
    batch.forEach(({ frame, view }, k) => {
      const face = faces[k];
      if (!face) return;
      progress.seen++;
      store(alignment, frame, view, face, box.bounds(face));
    });
    progress.done = end * viewCount;
    onProgress?.({ ...progress });
    if (end < frameCount && performance.now() - lastSave >= 1000 * (checkpoint?.everySeconds ?? segmentPeriod)) {
      await save(end);
    }
  }
  if (saved < frameCount) await save(frameCount);
}

/** Copies of what was seen from one frame to before another. */
function takeFrames(
  { mu, sigma, faceBoxes, frameCount }: Alignment,
  first: number,
  end: number,
): Pick<Alignment, 'mu' | 'sigma' | 'faceBoxes'> {
  const part = (values: Float32Array) =>
    values.slice((first * values.length) / frameCount, (end * values.length) / frameCount);
  return { mu: part(mu), sigma: part(sigma), faceBoxes: part(faceBoxes) };
}

function placeFrames(
  alignment: Alignment,
  firstFrame: number,
  frames: Pick<Alignment, 'mu' | 'sigma' | 'faceBoxes'>,
): void {
  for (const key of ['mu', 'sigma', 'faceBoxes'] as const) {
    alignment[key].set(frames[key], (firstFrame * alignment[key].length) / alignment.frameCount);
  }
}

function seenImages({ faceBoxes }: Alignment): number {
  let seen = 0;
  for (let at = 0; at < faceBoxes.length; at += 4) if (faceBoxes[at + 2] > faceBoxes[at]) seen++;
  return seen;
}

function newTrack(): UvFlowTrack {
  return { missed: 0, unchecked: 0 };
}

function emptyAlignment(sequence: Sequence, points: Alignment['points']): Alignment {
  const { frameCount, viewCount, cameraIds, frameNumbers, times, imageSizes } = sequence;
  const images = frameCount * viewCount;
  const count = points.faces.length;
  return {
    points,
    frameCount,
    viewCount,
    cameraIds,
    frameNumbers,
    times,
    imageSizes,
    mu: new Float32Array(images * count * 2),
    sigma: new Float32Array(images * count),
    faceBoxes: new Float32Array(images * 4),
    source: 'uv-flow',
  };
}

function store(
  { points, viewCount, mu, sigma, faceBoxes }: Alignment,
  frame: number,
  view: number,
  face: UvFlowFace,
  bounds: ArrayLike<number>,
): void {
  const count = points.faces.length;
  const image = frame * viewCount + view;
  mu.set(face.mu, image * count * 2);
  sigma.set(face.sigma, image * count);
  faceBoxes.set(bounds, image * 4);
}
