import { type Camera } from './camera.js';
import { type RgbImage } from './image.js';

/** Frames of one or several cameras, joined by frame number. */
export interface Sequence {
  cameraIds: string[];
  viewCount: number;
  frameCount: number;
  /** `[F]`. */
  frameNumbers: number[];
  /** `[F]` seconds; equal to the frame number over the rate, or over 25 where there is none. */
  times: Float64Array;
  /** `[C]` size of a camera's pictures. */
  imageSizes: { width: number; height: number }[];
  /** `[C]` the calibrated cameras in the order of `cameraIds`, rescaled to the pictures' size; absent without a calibration. */
  cameras?: Camera[];
  /** What was odd about the input, one sentence each. */
  warnings: string[];
  /** The picture of one frame and camera, or `undefined` where that camera has no such frame. Read frames in order: videos stream. */
  read(frame: number, view: number): Promise<RgbImage | undefined>;
  close(): Promise<void>;
}
