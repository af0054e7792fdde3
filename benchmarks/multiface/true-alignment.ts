import { type Alignment } from '../../src/alignment/alignment.js';
import { type HeadModel, vertexSurfacePoints } from '../../src/flame/head-model.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { type TrackResult } from '../../src/io/result-file.js';
import { createSyntheticAlignment } from '../../src/synth/synthetic-alignment.js';

/** Least and greatest standard deviation of the noise, pixels. */
const noise: [number, number] = [0.5, 2];

/**
 * What a perfect observer with known noise would see: every vertex of the true head, hidden ones too.
 *
 * @param frameNumbers those that have a picture.
 */
export function trueAlignment(head: HeadModel, truth: TrackResult, frameNumbers: number[]): Alignment {
  const index = new Map(truth.frameNumbers.map((frame, f) => [frame, f]));
  const frames = frameNumbers.map((frame) => {
    const f = index.get(frame);
    if (f === undefined) throw new Error(`true alignment: expected frame ${frame} in the truth, got none.`);
    return f;
  });
  return createSyntheticAlignment(
    {
      ...truth.parameters,
      frameNumbers,
      times: Float64Array.from(frames, (f) => truth.times[f]),
      vertices: (k) => worldVertices(head, truth.parameters, frames[k]),
    },
    { head, points: vertexSurfacePoints(head), sigmaRange: noise },
  );
}
