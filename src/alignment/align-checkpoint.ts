import { type NpyArray } from '../tensor/npy.js';
import { ArrayReader } from '../tensor/array-reader.js';
import { formatNpz, parseNpz } from '../tensor/npz.js';
import { type FaceLandmarks } from './face-finder.js';
import { type TrackerState } from './face-tracker.js';
import { landmarkCount } from './landmark-network.js';
import { type OnnxSession } from './onnx-session.js';

/** Some frames' landmarks as the networks read them, and what goes on with the frame after them needs. */
export interface AlignmentSegment {
  firstFrame: number;
  /** `[frames][C]`, `undefined` where the face was not seen. */
  faces: (FaceLandmarks | undefined)[][];
  /** `[C]` after the last of the frames. */
  trackers: TrackerState[];
  engine: Pick<OnnxSession, 'provider' | 'refused'>;
}

/** Where an alignment keeps the frames that are done. */
export interface AlignmentCheckpoint<Segment = AlignmentSegment> {
  /** All segments saved, in order and without a gap. */
  load(): Promise<Segment[]>;
  /** Adds the segment that follows the last one, whole or not at all. */
  save(segment: Segment): Promise<void>;
  /** Time between segments, 5 by default. */
  everySeconds?: number;
}

/** Seconds between segments where the checkpoint does not say. */
export const segmentPeriod = 5;

const segmentFormat = 'flowfit-alignment-segment/1';

/** Bytes of a segment; nothing is rounded. */
export function formatAlignmentSegment({ faces, ...segment }: AlignmentSegment): Uint8Array {
  const seen = faces.flat().filter((face) => face !== undefined);
  const points = new Float32Array(seen.length * landmarkCount * 3);
  const disagreement = new Float32Array(seen.length * landmarkCount);
  seen.forEach((face, k) => {
    points.set(face.points, k * landmarkCount * 3);
    disagreement.set(face.disagreement, k * landmarkCount);
  });
  const windows = faces.map((views) => views.map((face) => face && { presence: face.presence, window: face.window }));
  const text = JSON.stringify({ format: segmentFormat, ...segment, faces: windows });
  const meta = new TextEncoder().encode(text);
  const arrays: Record<string, NpyArray> = {
    meta: { dtype: 'uint8', shape: [meta.length], data: meta },
    points: { dtype: 'float32', shape: [seen.length, landmarkCount, 3], data: points },
    disagreement: { dtype: 'float32', shape: [seen.length, landmarkCount], data: disagreement },
  };
  return formatNpz(arrays, { compress: false });
}

/**
 * Reads a segment.
 *
 * @throws the bytes are damaged, cut off or something else.
 */
export function parseAlignmentSegment(bytes: Uint8Array, where = 'alignment segment'): AlignmentSegment {
  const file = new ArrayReader(parseNpz(bytes, { where }), where);
  const { format, faces, ...segment } = JSON.parse(
    new TextDecoder().decode(file.array('meta', null).data as Uint8Array),
  );
  if (format !== segmentFormat) throw new Error(`${where}: expected format ${segmentFormat}, got ${format}.`);
  const points = file.floats('points', null, landmarkCount, 3);
  const disagreement = file.floats('disagreement', null, landmarkCount);
  let k = 0;
  const readFace = (face: Pick<FaceLandmarks, 'presence' | 'window'> | null): FaceLandmarks | undefined => {
    if (!face) return undefined;
    const n = k++ * landmarkCount;
    return {
      points: points.slice(n * 3, (n + landmarkCount) * 3),
      disagreement: disagreement.slice(n, n + landmarkCount),
      ...face,
    };
  };
  return { ...segment, faces: faces.map((views: Parameters<typeof readFace>[0][]) => views.map(readFace)) };
}
