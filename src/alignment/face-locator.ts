import { type RgbImage } from '../geometry/image.js';
import { type FaceCrop } from './face-crop.js';
import { createFaceDetector } from './face-detector.js';
import { faceTopology } from './face-topology.js';
import { createFaceTracker } from './face-tracker.js';
import { createLandmarkNetwork } from './landmark-network.js';
import { type Device, type OnnxSession } from './onnx-session.js';

/** Finds faces where nothing is known of them, or no more. */
export interface FaceLocator {
  session: OnnxSession;
  /**
   * The square around a face's landmarks, or `undefined` where no face is seen.
   *
   * @param last where the face was last seen; a search without it takes the face by its place in the order of size.
   * @param missed pictures since then.
   */
  locate(image: RgbImage, last?: FaceCrop, missed?: number): Promise<FaceCrop | undefined>;
  release(): Promise<void>;
}

export interface FaceLocatorOptions {
  /** Which face: its place in the order of size, 0 the largest. */
  face?: number;
  device?: Device;
  signal?: AbortSignal;
}

/** The face detector and the landmark network as a finder of crops. */
export async function createFaceLocator({ face, device, signal }: FaceLocatorOptions = {}): Promise<FaceLocator> {
  const detector = await createFaceDetector({ device });
  const network = await createLandmarkNetwork(faceTopology().mirror, { device });
  return {
    session: network.session,
    async locate(image, last, missed = 0) {
      const state = { last, missed, faceCount: 0 };
      const tracker = createFaceTracker({ detector, network, face, state, ordered: true, passes: 2, signal });
      return (await tracker.next(image))?.window;
    },
    async release() {
      await Promise.all([detector.session.release(), network.session.release()]);
    },
  };
}
