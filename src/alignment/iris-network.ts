import { type FaceCrop, applyAffine, imageFromCrop, sampleCrop } from './face-crop.js';
import { type FaceLandmarks } from './face-finder.js';
import { type FaceTopology } from './face-topology.js';
import { type ImagePyramid } from './image-pyramid.js';
import { landmarkFacing } from './landmark-visibility.js';
import { faceNetworkFile } from './network-file.js';
import { createOnnxSession, type OnnxSession, type OnnxSessionOptions } from './onnx-session.js';

const side = 64;
/** x, y and z of five points. */
const outputSize = 15;
/** The crop's side in eye widths, as in the network's training. */
const margin = 2.3;
/**
 * Facing of the eye at which the iris network begins to count and at which it counts alone. On eyes seen from the side
 * it fails and the mesh's own iris is the better one; on frontal eyes that look sideways the mesh lags behind.
 */
const trust = { from: 0.4, full: 0.65 };
/** Part of the distance between the two networks' answers that counts as disagreement: mostly the mesh is the wrong one. */
const distanceShare = 0.25;

/** Corners of the lids, and the iris points in the network's order: centre, then the rim toward +x, -y, -x, +y of its crop. */
const eyes = [
  { outer: 33, inner: 133, iris: [468, 469, 470, 471, 472], mirrored: false },
  { outer: 263, inner: 362, iris: [473, 476, 475, 474, 477], mirrored: true },
];

export interface IrisNetwork {
  session: OnnxSession;
  /** The face with its ten iris points read from crops of the eyes. */
  refine(pyramid: ImagePyramid, face: FaceLandmarks): Promise<FaceLandmarks>;
}

/** MediaPipe's iris network, which sees each eye in more detail than the face mesh does. */
export async function createIrisNetwork(
  topology: FaceTopology,
  options: OnnxSessionOptions = {},
): Promise<IrisNetwork> {
  const session = await createOnnxSession(faceNetworkFile('iris.onnx'), options);
  const pixels = 3 * side * side;
  return {
    session,
    async refine(pyramid, face) {
      const crops = eyes.map((eye) => eyeCrop(face, eye));
      const input = new Float32Array(crops.length * pixels);
      crops.forEach((crop, b) => {
        const target = input.subarray(b * pixels, (b + 1) * pixels);
        sampleCrop(pyramid, crop, side, target, { range: [0, 1], outside: 'edge' });
      });
      const { output_iris: output } = await session.run({
        input_1: { data: input, dims: [crops.length, 3, side, side] },
      });

      const facing = landmarkFacing(face.points, topology);
      const points = face.points.slice();
      const disagreement = face.disagreement.slice();
      eyes.forEach(({ iris }, e) => {
        const weight = Math.min(Math.max((facing[iris[0]] - trust.from) / (trust.full - trust.from), 0), 1);
        const map = imageFromCrop(crops[e], side);
        iris.forEach((i, k) => {
          const at = e * outputSize + k * 3;
          const seen = applyAffine(map, output.data[at], output.data[at + 1]);
          const distance = Math.hypot(seen[0] - points[i * 3], seen[1] - points[i * 3 + 1]);
          disagreement[i] = Math.hypot((1 - weight) * disagreement[i], weight * distanceShare * distance);
          seen.forEach((value, axis) => (points[i * 3 + axis] += weight * (value - points[i * 3 + axis])));
        });
      });
      return { ...face, points, disagreement };
    },
  };
}

function eyeCrop(
  { points, window: { roll } }: FaceLandmarks,
  { outer, inner, mirrored }: (typeof eyes)[number],
): FaceCrop {
  const [x0, y0, x1, y1] = [points[outer * 3], points[outer * 3 + 1], points[inner * 3], points[inner * 3 + 1]];
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, size: margin * Math.hypot(x1 - x0, y1 - y0), roll, mirrored };
}
