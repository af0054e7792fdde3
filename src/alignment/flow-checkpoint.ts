import { ArrayReader } from '../tensor/array-reader.js';
import { type NpyArray } from '../tensor/npy.js';
import { formatNpz, parseNpz } from '../tensor/npz.js';
import { type OnnxSession } from './onnx-session.js';
import { type UvFlowTrack } from './uv-flow-tracker.js';

/** Some frames' observations by a flow network, and what goes on with the frame after them needs. */
export interface FlowSegment {
  firstFrame: number;
  frameCount: number;
  /** `[frames, C, N, 2]`, `[frames, C, N]` and `[frames, C, 4]` pixels, lens distortion included. */
  mu: Float32Array;
  sigma: Float32Array;
  faceBoxes: Float32Array;
  /** `[C]` after the last of the frames. */
  tracks: UvFlowTrack[];
  engine: Pick<OnnxSession, 'provider' | 'refused'>;
}

const segmentFormat = 'flowfit-flow-segment/1';

/** Bytes of a segment; nothing is rounded. */
export function formatFlowSegment({ mu, sigma, faceBoxes, ...segment }: FlowSegment): Uint8Array {
  const meta = new TextEncoder().encode(JSON.stringify({ format: segmentFormat, ...segment }));
  const floats = (data: Float32Array): NpyArray => ({ dtype: 'float32', shape: [data.length], data });
  return formatNpz(
    {
      meta: { dtype: 'uint8', shape: [meta.length], data: meta },
      mu: floats(mu),
      sigma: floats(sigma),
      faceBoxes: floats(faceBoxes),
    },
    { compress: false },
  );
}

/**
 * Reads a segment.
 *
 * @throws the bytes are damaged, cut off or something else.
 */
export function parseFlowSegment(bytes: Uint8Array, where = 'alignment segment'): FlowSegment {
  const file = new ArrayReader(parseNpz(bytes, { where }), where);
  const text = new TextDecoder().decode(file.array('meta', null).data as Uint8Array);
  const { format, ...segment } = JSON.parse(text);
  if (format !== segmentFormat) throw new Error(`${where}: expected format ${segmentFormat}, got ${format}.`);
  const sigma = file.floats('sigma', null);
  const faceBoxes = file.floats('faceBoxes', segment.frameCount * segment.tracks.length * 4);
  return { ...segment, mu: file.floats('mu', sigma.length * 2), sigma, faceBoxes };
}
