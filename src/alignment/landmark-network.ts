import { type FaceCrop, applyAffine, imageFromCrop, sampleCrop } from './face-crop.js';
import { type ImagePyramid } from './image-pyramid.js';
import { faceNetworkFile } from './network-file.js';
import { createOnnxSession, type OnnxSession, type OnnxSessionOptions } from './onnx-session.js';

export const landmarkCount = 478;
const side = 256;

/** What the network says of one crop, in the picture's pixels. */
export interface LandmarkPrediction {
  /** `[478, 3]` x, y and depth (away from the camera, relative to the head's middle), pixels. */
  points: Float32Array;
  /** Probability that the crop shows a face. */
  presence: number;
}

export interface LandmarkNetwork {
  session: OnnxSession;
  /** One prediction per crop; mirrored crops come back with the subject's own left and right. */
  predict(pyramid: ImagePyramid, crops: FaceCrop[]): Promise<LandmarkPrediction[]>;
}

/**
 * MediaPipe's FaceMesh-V2: 468 points of the face mesh, then right and left iris (centre, then four points of the rim).
 *
 * It wants a square crop with level eyes, 1.4 to 1.5 times as large as the landmarks' own box.
 *
 * @param mirror `[478]` the landmark on the other side.
 */
export async function createLandmarkNetwork(
  mirror: ArrayLike<number>,
  options: OnnxSessionOptions = {},
): Promise<LandmarkNetwork> {
  const session = await createOnnxSession(faceNetworkFile('face-mesh.onnx'), options);
  const pixels = 3 * side * side;
  return {
    session,
    async predict(pyramid, crops) {
      const input = new Float32Array(crops.length * pixels);
      crops.forEach((crop, b) => {
        const target = input.subarray(b * pixels, (b + 1) * pixels);
        sampleCrop(pyramid, crop, side, target, { range: [0, 1], outside: 'edge' });
      });
      const { landmarks, presence } = await session.run({
        image: { data: input, dims: [crops.length, 3, side, side] },
      });
      return crops.map((crop, b) => ({
        points: pointsInImage(crop, landmarks.data.subarray(b * landmarkCount * 3), mirror),
        presence: presence.data[b],
      }));
    },
  };
}

function pointsInImage(crop: FaceCrop, raw: Float32Array, mirror: ArrayLike<number>): Float32Array {
  const map = imageFromCrop(crop, side);
  const points = new Float32Array(landmarkCount * 3);
  for (let i = 0; i < landmarkCount; i++) {
    const from = (crop.mirrored ? mirror[i] : i) * 3;
    const [x, y] = applyAffine(map, raw[from], raw[from + 1]);
    points[i * 3] = x;
    points[i * 3 + 1] = y;
    points[i * 3 + 2] = (raw[from + 2] * crop.size) / side;
  }
  return points;
}
