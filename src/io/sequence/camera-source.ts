import { type RgbImage } from '../../geometry/image.js';

/** The pictures of one camera. */
export interface CameraSource {
  id: string;
  /** Frame numbers, ascending. */
  frameNumbers: number[];
  /** Frame numbers per second; absent where the files do not tell. */
  frameRate?: number;
  size: { width: number; height: number };
  warnings: string[];
  /** The picture of a frame number; `undefined` where there is none. */
  read(frameNumber: number): Promise<RgbImage | undefined>;
  close(): Promise<void>;
}
