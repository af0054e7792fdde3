import { type RgbImage } from '../geometry/image.js';
import { type FaceCrop } from './face-crop.js';
import { type FaceDetector, overlap } from './face-detector.js';
import { averagePasses, type FaceLandmarks, readLandmarks, sameWindow, windowOfDetection } from './face-finder.js';
import { createImagePyramid, type ImagePyramid } from './image-pyramid.js';
import { type IrisNetwork } from './iris-network.js';
import { type LandmarkNetwork } from './landmark-network.js';

export interface FaceTrackerOptions {
  detector: FaceDetector;
  network: LandmarkNetwork;
  /** Reads the irises again, from crops of the eyes. */
  irises?: IrisNetwork;
  /** Which face to follow: its place in the order of size in the first picture that has so many; 0 is the largest. */
  face?: number;
  /** Whether the pictures follow each other in time; unordered ones are each searched from scratch. */
  ordered?: boolean;
  /** Crops averaged in each picture, 2 to 4; two by default where neighbouring pictures help, else four. */
  passes?: number;
  /** Goes on from where another tracker was. */
  state?: TrackerState;
  signal?: AbortSignal;
}

/** What a tracker knows of the pictures before: all that the next one depends on. */
export interface TrackerState {
  /** Where the face was last seen. */
  last?: FaceCrop;
  /** Pictures since then. */
  missed: number;
  faceCount: number;
}

/** Follows one face through the pictures of one camera. */
export interface FaceTracker {
  /** Landmarks in the next picture, or `undefined` where the face is not seen. */
  next(image: RgbImage): Promise<FaceLandmarks | undefined>;
  /** How many faces the last search of a whole picture found. */
  readonly faceCount: number;
  readonly state: TrackerState;
}

export function createFaceTracker({
  detector,
  network,
  irises,
  face = 0,
  ordered = true,
  passes = ordered ? 2 : 4,
  state = { missed: 0, faceCount: 0 },
  signal,
}: FaceTrackerOptions): FaceTracker {
  let { last, missed, faceCount } = state;

  async function search(pyramid: ImagePyramid, thorough: boolean): Promise<FaceLandmarks[]> {
    const faces: FaceLandmarks[] = [];
    for await (const detections of detector.search(pyramid, { thorough, signal })) {
      for (const detection of detections) {
        const landmarks = await readLandmarks(network, pyramid, windowOfDetection(detection), passes);
        const known = landmarks && faces.some(({ window }) => overlap(window, landmarks.window) > 0.4);
        if (landmarks && !known) faces.push(landmarks);
      }
      if (faces.length > 0) break;
    }
    return faces.sort((a, b) => b.window.size - a.window.size);
  }

  async function follow(pyramid: ImagePyramid, window: FaceCrop): Promise<FaceLandmarks | undefined> {
    const here = await averagePasses(network, pyramid, window, passes);
    if (here && sameWindow(here.window, window, 0.06)) return here;
    const moved = await readLandmarks(network, pyramid, here?.window ?? window, passes);
    return moved && overlap(moved.window, window) > 0.25 ? moved : undefined;
  }

  return {
    get faceCount() {
      return faceCount;
    },
    get state() {
      return { last, missed, faceCount };
    },
    async next(image) {
      signal?.throwIfAborted();
      const pyramid = createImagePyramid(image);
      let found = ordered && last && missed === 0 ? await follow(pyramid, last) : undefined;
      if (!found) {
        // A long absence must not cost a thorough search in every picture.
        const faces = await search(pyramid, !ordered || missed % 10 === 0);
        faceCount = faces.length;
        found = ordered && last ? chooseSameFace(faces, last, missed) : faces[face];
      }
      if (found) last = found.window;
      missed = found ? 0 : missed + 1;
      return found && irises ? irises.refine(pyramid, found) : found;
    },
  };
}

/**
 * The face that continues a track: the nearest in place and size, if it can have come so far in the pictures missed.
 *
 * @param missed pictures since `last` was seen.
 */
export function chooseSameFace<T extends { window: FaceCrop }>(
  faces: T[],
  last: FaceCrop,
  missed: number,
): T | undefined {
  const distance = ({ window: { x, y, size } }: T) =>
    Math.hypot(x - last.x, y - last.y) / last.size + 2 * Math.abs(Math.log(size / last.size));
  const nearest = faces.reduce<T | undefined>(
    (best, face) => (best && distance(best) <= distance(face) ? best : face),
    undefined,
  );
  return nearest && distance(nearest) < 1 + 0.1 * missed ? nearest : undefined;
}
