import { type HeadModel } from '../flame/head-model.js';
import { type RgbImage } from '../geometry/image.js';
import { type Sequence } from '../geometry/sequence.js';
import { type AlignProgress, type SequenceAlignment } from './align-sequence.js';
import { type Alignment } from './alignment.js';
import { createFaceLocator } from './face-locator.js';
import { type Device } from './onnx-session.js';
import { undistortAlignment } from './undistort-alignment.js';
import { createUvFlowBox } from './uv-flow-box.js';
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
      await readAll(sequence, options, read, (frame, view, found) =>
        store(alignment, frame, view, found, box.bounds(found)),
      );
      const { provider, refused } = network.session;
      const straight = sequence.cameras ? undistortAlignment(alignment, sequence.cameras) : alignment;
      return { ...straight, engine: { provider, refused } };
    } finally {
      await locator.release();
    }
  } finally {
    await network.session.release();
  }
}

/** Reads batch after batch: a frame's cameras, or some photographs. */
async function readAll(
  sequence: Sequence,
  { ordered = true, onProgress, signal }: AlignUvFlowOptions,
  read: ReturnType<typeof createUvFlowTracker>,
  found: (frame: number, view: number, face: UvFlowFace) => void,
): Promise<void> {
  const { frameCount, viewCount } = sequence;
  const tracks = Array.from({ length: viewCount }, newTrack);
  const framesPerBatch = ordered ? 1 : Math.max(1, Math.floor(unorderedBatch / viewCount));
  const progress = { total: frameCount * viewCount, done: 0, seen: 0 };
  for (let first = 0; first < frameCount; first += framesPerBatch) {
    signal?.throwIfAborted();
    const frames = Math.min(framesPerBatch, frameCount - first);
    const batch: { image: RgbImage; track: UvFlowTrack; frame: number; view: number }[] = [];
    for (let frame = first; frame < first + frames; frame++) {
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
      found(frame, view, face);
    });
    progress.done += frames * viewCount;
    onProgress?.({ ...progress });
  }
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
