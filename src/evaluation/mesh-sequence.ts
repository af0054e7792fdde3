import { type Camera } from '../geometry/camera.js';
import { type SurfacePoints } from '../geometry/surface-points.js';

/** A moving mesh of one topology, seen by cameras, in the world frame of those cameras. */
export interface MeshSequence {
  /** `[T, 3]`, counter-clockwise from outside. */
  faces: Int32Array;
  vertexCount: number;
  /** `[F]`, ascending; a frame that is missing is not listed. */
  frameNumbers: number[];
  cameraIds: string[];
  /** The camera at a frame number; the same one at every frame unless the camera moves. */
  camera(id: string, frameNumber: number): Camera;
  /** `[V, 3]` of a listed frame, metres, world frame. */
  vertices(frameNumber: number): ArrayLike<number>;
}

/** The seven points of the NoW benchmark by which faces are put on one another, on a mesh's surface. */
export const keyPointNames = [
  'rightEyeOuter',
  'rightEyeInner',
  'leftEyeInner',
  'leftEyeOuter',
  'noseBottom',
  'rightMouthCorner',
  'leftMouthCorner',
] as const;

/** The same points among the usual 68 landmarks. */
export const keyPointsOf68 = [36, 39, 42, 45, 33, 48, 54] as const;

/** A prediction beside its ground truth; topologies, frames, cameras and worlds may differ. */
export interface MeshPair {
  truth: MeshSequence;
  prediction: MeshSequence;
  /** name -> `[V]` 0 or 1 on the ground truth's vertices. */
  regions: Record<string, Uint8Array>;
  /** The seven key points on either mesh, in the order of {@link keyPointNames}. */
  keyPoints: { truth: SurfacePoints; prediction: SurfacePoints };
}

/** Which frames a pair shares. */
export interface JoinedFrames {
  /** Frame numbers that both have. */
  frameNumbers: number[];
  /** Frames of the ground truth that the prediction lacks. */
  missing: number[];
}

/** Joins a pair by frame number. */
export function joinPair({ truth, prediction }: Pick<MeshPair, 'truth' | 'prediction'>): JoinedFrames {
  const predicted = new Set(prediction.frameNumbers);
  const frameNumbers = truth.frameNumbers.filter((frame) => predicted.has(frame));
  if (frameNumbers.length === 0) {
    throw new Error(
      `evaluation: expected frames in common, got ${range(truth)} of the truth and ${range(prediction)} of the prediction.`,
    );
  }
  return { frameNumbers, missing: truth.frameNumbers.filter((frame) => !predicted.has(frame)) };
}

/** The smallest step of a sequence's frame numbers: what one frame is; 1 for a single frame. */
export function frameStep({ frameNumbers }: Pick<MeshSequence, 'frameNumbers'>): number {
  if (frameNumbers.length < 2) return 1;
  return frameNumbers.slice(1).reduce((least, frame, k) => Math.min(least, frame - frameNumbers[k]), Infinity);
}

function range({ frameNumbers }: MeshSequence): string {
  if (frameNumbers.length === 0) return 'no frame';
  return `frames ${frameNumbers[0]} to ${frameNumbers[frameNumbers.length - 1]}`;
}

/** The cameras that a pair shares, by their ids; the ids of a pair with one camera each need not agree. */
export function joinCameras({ truth, prediction }: Pick<MeshPair, 'truth' | 'prediction'>): CameraPair[] {
  if (truth.cameraIds.length === 1 && prediction.cameraIds.length === 1) {
    return [{ truth: truth.cameraIds[0], prediction: prediction.cameraIds[0] }];
  }
  const shared = prediction.cameraIds.filter((id) => truth.cameraIds.includes(id));
  if (shared.length === 0) {
    const [expected, got] = [truth.cameraIds, prediction.cameraIds].map((ids) => ids.slice(0, 8).join(', ') || 'none');
    throw new Error(`evaluation: expected one of the cameras ${expected} of the truth, got ${got}.`);
  }
  return shared.map((id) => ({ truth: id, prediction: id }));
}

/** One camera under its name in either sequence. */
export interface CameraPair {
  truth: string;
  prediction: string;
}

/** The vertices of a frame, checked: `[V, 3]`, all finite. */
export function finiteVertices(sequence: MeshSequence, who: string, frameNumber: number): ArrayLike<number> {
  const vertices = sequence.vertices(frameNumber);
  if (vertices.length !== sequence.vertexCount * 3) {
    const [expected, got] = [sequence.vertexCount, vertices.length / 3];
    throw new Error(`evaluation: ${who}, frame ${frameNumber}: expected ${expected} vertices, got ${got}.`);
  }
  for (let i = 0; i < vertices.length; i++) {
    if (Number.isFinite(vertices[i])) continue;
    const at = `vertex ${Math.floor(i / 3)}`;
    throw new Error(`evaluation: ${who}, frame ${frameNumber}: expected finite vertices, got ${vertices[i]} at ${at}.`);
  }
  return vertices;
}
