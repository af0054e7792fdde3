import { type Alignment } from './alignment.js';

/** The alignment of some of the frames, in the order given; copies. */
export function selectFrames(alignment: Alignment, frames: number[]): Alignment {
  const { frameCount, frameNumbers, times, mu, sigma, faceBoxes } = alignment;
  return {
    ...alignment,
    frameCount: frames.length,
    frameNumbers: frames.map((frame) => frameNumbers[frame]),
    times: Float64Array.from(frames, (frame) => times[frame]),
    mu: pickRows(mu, frameCount, frames),
    sigma: pickRows(sigma, frameCount, frames),
    faceBoxes: pickRows(faceBoxes, frameCount, frames),
  };
}

/** Rows of an array whose first axis has `rowCount` entries. */
function pickRows(values: Float32Array, rowCount: number, rows: number[]): Float32Array {
  const width = values.length / rowCount;
  const picked = new Float32Array(rows.length * width);
  rows.forEach((row, k) => picked.set(values.subarray(row * width, (row + 1) * width), k * width));
  return picked;
}
