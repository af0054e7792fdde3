import { type Sequence } from '../geometry/sequence.js';
import { readCalibration } from '../io/calibration.js';
import { openSequence } from '../io/open-sequence.js';
import { type TrackOptions } from './track-options.js';

/** The pictures, with the calibration's cameras where there is one. */
export async function openInput({ input, cams, cameras, frames, unordered }: TrackOptions): Promise<Sequence> {
  const calibration = cams ? await readCalibration(cams) : undefined;
  return openSequence(input, { cameras: calibration, cameraIds: cameras, frames, unordered });
}
