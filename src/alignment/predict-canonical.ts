import { type CanonicalMap, type CanonicalSequence } from '../canonical/canonical-map.js';
import { trimMap } from '../canonical/trim-map.js';
import { type RgbImage } from '../geometry/image.js';
import { type Sequence } from '../geometry/sequence.js';
import { createCanonicalNetwork, type CanonicalNetwork } from './canonical-network.js';
import { type FaceCrop } from './face-crop.js';
import { createFaceLocator, type FaceLocator } from './face-locator.js';
import { createImagePyramid } from './image-pyramid.js';
import { type Device, type OnnxSession } from './onnx-session.js';

export interface PredictCanonicalOptions {
  /** What to call the network in errors. */
  where: string;
  /** Which face: its place in the order of size, 0 the largest. */
  face?: number;
  /** Whether frames follow each other in time; `false` for photographs in any order. */
  ordered?: boolean;
  device?: Device;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** The maps of a sequence and the engine that ran the network. */
export interface PredictedCanonical extends CanonicalSequence {
  engine: Pick<OnnxSession, 'provider' | 'refused'>;
}

/** Pictures that a face is followed where it was last seen, once the face finder sees it no more. */
const patience = 25;

/**
 * Canonical maps of all pictures of a sequence by a network of the contract `canonical-map/1`, each in the crop that the
 * contract asks for: the whole picture, or a square around the face. Where the face finder loses a face that it had, as
 * in a turn to the side, the last square serves for a while.
 *
 * @param network the bytes of an `.onnx` file.
 */
export async function predictCanonical(
  sequence: Pick<Sequence, 'read' | 'frameCount' | 'viewCount'>,
  network: Uint8Array,
  { where, face, ordered = true, device, onProgress, signal }: PredictCanonicalOptions,
): Promise<PredictedCanonical> {
  const canonical = await createCanonicalNetwork(network, where, { device });
  const { frameCount, viewCount } = sequence;
  const { provider, refused } = canonical.session;
  const { cropScale, space } = canonical.contract;
  let locator: FaceLocator | undefined;
  try {
    if (cropScale !== undefined) locator = await createFaceLocator({ face, device, signal });
    const maps: (CanonicalMap | undefined)[] = [];
    const seen: { box?: FaceCrop; missed: number }[] = Array.from({ length: viewCount }, () => ({ missed: 0 }));
    for (let picture = 0; picture < frameCount * viewCount; picture++) {
      signal?.throwIfAborted();
      const [frame, view] = [Math.floor(picture / viewCount), picture % viewCount];
      const image = await sequence.read(frame, view);
      const crop =
        image && (locator ? await faceCrop(locator, image, ordered ? seen[view] : { missed: 0 }) : wholePicture(image));
      const scale = cropScale ?? 1;
      maps.push(image && crop && (await predictOne(canonical, image, { ...crop, size: crop.size * scale })));
      onProgress?.(picture + 1, frameCount * viewCount);
    }
    return { space, frameCount, viewCount, maps, engine: { provider, refused } };
  } finally {
    await Promise.all([canonical.session.release(), locator?.release()]);
  }
}

async function predictOne(network: CanonicalNetwork, image: RgbImage, crop: FaceCrop): Promise<CanonicalMap> {
  const [map] = await network.predict([{ pyramid: createImagePyramid(image), crop }]);
  return trimMap(map);
}

/** The smallest square that holds a picture. */
function wholePicture({ width, height }: RgbImage): FaceCrop {
  return { x: width / 2, y: height / 2, size: Math.max(width, height), roll: 0 };
}

async function faceCrop(
  locator: FaceLocator,
  image: RgbImage,
  seen: { box?: FaceCrop; missed: number },
): Promise<FaceCrop | undefined> {
  const found = await locator.locate(image, seen.box, seen.missed);
  seen.missed = found ? 0 : seen.missed + 1;
  if (found) seen.box = found;
  return seen.missed <= patience ? seen.box : undefined;
}
