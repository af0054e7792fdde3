import { type HeadModel } from '../flame/head-model.js';
import { type Sequence } from '../geometry/sequence.js';
import { type AlignmentCheckpoint } from './align-checkpoint.js';
import { type Alignment } from './alignment.js';
import { type FaceLandmarks } from './face-finder.js';
import { faceTopology } from './face-topology.js';
import { landmarkSigmas } from './landmark-sigma.js';
import { type Device, type OnnxSession } from './onnx-session.js';
import { readFaces } from './read-faces.js';
import { undistortAlignment } from './undistort-alignment.js';

export interface AlignSequenceOptions {
  head: HeadModel;
  /** Which face: its place in the order of size, 0 the largest. */
  face?: number;
  /** Whether frames follow each other in time; `false` for photographs of one person in any order. */
  ordered?: boolean;
  /** Crops averaged in each picture, 2 to 4; by default two in ordered sequences and four in others. */
  passes?: number;
  device?: Device;
  /** Where the frames that are done are kept; those it has are not aligned again. */
  checkpoint?: AlignmentCheckpoint;
  onProgress?: (progress: AlignProgress) => void;
  signal?: AbortSignal;
}

/** How many of the pictures are done, and in how many of those the face was seen. */
export interface AlignProgress {
  done: number;
  total: number;
  seen: number;
}

/** An alignment and the engine that ran its networks. */
export interface SequenceAlignment extends Alignment {
  engine: Pick<OnnxSession, 'provider' | 'refused'>;
}

/**
 * Finds one face in every picture and turns its 478 landmarks into observations of the head's surface.
 *
 * Landmarks that the head model does not have are left out. The ten iris points are observations of the eyeballs, so
 * they move the eye joints. A picture without the face is an absent observation.
 *
 * @returns N points of `head.landmarks478`; pixels without lens distortion where the sequence knows its cameras.
 */
export async function alignSequence(sequence: Sequence, options: AlignSequenceOptions): Promise<SequenceAlignment> {
  const { head, ordered = true } = options;
  const embedding = head.landmarks478;
  if (!embedding) throw new Error(`head model ${head.name}: expected an embedding of the 478 landmarks, got none.`);
  const topology = faceTopology();
  const { viewCount, frameCount } = sequence;
  const { faces: perFrame, engine } = await readFaces(sequence, topology, options);
  const faces = Array.from({ length: viewCount }, (_, view) => perFrame.map((views) => views[view]));
  const landmarks = Array.from(embedding.faces.keys()).filter((i) => embedding.faces[i] >= 0);
  const observations = collectObservations(
    faces,
    faces.map((view) => landmarkSigmas(view, topology, { ordered, times: sequence.times, spread: embedding.spread })),
    landmarks,
    frameCount,
  );
  const alignment: Alignment = {
    points: {
      faces: Int32Array.from(landmarks, (i) => embedding.faces[i]),
      barycentric: Float32Array.from(landmarks.flatMap((i) => [...embedding.barycentric.subarray(i * 3, i * 3 + 3)])),
    },
    frameCount,
    viewCount,
    cameraIds: sequence.cameraIds,
    frameNumbers: sequence.frameNumbers,
    times: sequence.times,
    imageSizes: sequence.imageSizes,
    source: 'landmarks',
    ...observations,
  };
  return { ...(sequence.cameras ? undistortAlignment(alignment, sequence.cameras) : alignment), engine };
}

/**
 * @param faces,sigmas `[C]` of `[F]`.
 * @param landmarks `[N]` which of the 478.
 * @returns `mu` `[F, C, N, 2]`, `sigma` `[F, C, N]` and `faceBoxes` `[F, C, 4]`, pixels.
 */
function collectObservations(
  faces: (FaceLandmarks | undefined)[][],
  sigmas: (Float32Array | undefined)[][],
  landmarks: number[],
  frameCount: number,
): Pick<Alignment, 'mu' | 'sigma' | 'faceBoxes'> {
  const viewCount = faces.length;
  const count = landmarks.length;
  const mu = new Float32Array(frameCount * viewCount * count * 2);
  const sigma = new Float32Array(frameCount * viewCount * count);
  const faceBoxes = new Float32Array(frameCount * viewCount * 4);
  for (let frame = 0; frame < frameCount; frame++) {
    for (let view = 0; view < viewCount; view++) {
      const [face, deviations] = [faces[view][frame], sigmas[view][frame]];
      if (!face || !deviations) continue;
      const image = frame * viewCount + view;
      landmarks.forEach((i, n) => {
        mu[(image * count + n) * 2] = face.points[i * 3];
        mu[(image * count + n) * 2 + 1] = face.points[i * 3 + 1];
        sigma[image * count + n] = deviations[i];
      });
      faceBoxes.set(boxOf(face.points), image * 4);
    }
  }
  return { mu, sigma, faceBoxes };
}

/** Left, top, right and bottom of the landmarks, pixels. */
function boxOf(points: Float32Array): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 3) {
    box[0] = Math.min(box[0], points[i]);
    box[1] = Math.min(box[1], points[i + 1]);
    box[2] = Math.max(box[2], points[i]);
    box[3] = Math.max(box[3], points[i + 1]);
  }
  return box;
}
