import { type FaceCrop, applyAffine, imageFromCrop, sampleCrop } from './face-crop.js';
import { type FaceLandmarks } from './face-finder.js';
import { type FaceTopology } from './face-topology.js';
import { type ImagePyramid } from './image-pyramid.js';
import { landmarkFacing } from './landmark-visibility.js';
import { faceNetworkFile } from './network-file.js';
import { createOnnxSession, type OnnxSession, type OnnxSessionOptions } from './onnx-session.js';

const side = 64;
/** The crop's side in eye widths; 2.3 is what the network was trained with. */
const margins = [2.15, 2.45];
/**
 * Facing of the eye at which the iris network begins to count and at which it counts alone. On eyes seen from the side
 * it fails and the mesh's own iris is the better one; on frontal eyes that look sideways the mesh lags behind.
 */
const trust = { from: 0.4, full: 0.65 };
/** Part of the distance between the two networks' answers that counts as disagreement. */
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
      const crops = eyes.flatMap((eye) => margins.map((margin) => eyeCrop(face, eye, margin)));
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
        iris.forEach((i, k) => {
          const seen = margins.map((_, m) => {
            const b = e * margins.length + m;
            return applyAffine(
              imageFromCrop(crops[b], side),
              output.data[b * 15 + k * 3],
              output.data[b * 15 + k * 3 + 1],
            );
          });
          fuse(points, disagreement, i, seen, weight);
        });
      });
      return { ...face, points, disagreement };
    },
  };
}

function eyeCrop(
  { points, window: { roll } }: FaceLandmarks,
  { outer, inner, mirrored }: (typeof eyes)[number],
  margin: number,
): FaceCrop {
  const [x0, y0, x1, y1] = [points[outer * 3], points[outer * 3 + 1], points[inner * 3], points[inner * 3 + 1]];
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, size: margin * Math.hypot(x1 - x0, y1 - y0), roll, mirrored };
}

/** Moves point `i` toward the mean of what the iris network saw, and notes how far all answers are apart. */
function fuse(
  points: Float32Array,
  disagreement: Float32Array,
  i: number,
  seen: [number, number][],
  weight: number,
): void {
  const mean = [0, 1].map((axis) => seen.reduce((sum, point) => sum + point[axis], 0) / seen.length);
  const scatter =
    seen.reduce((sum, [x, y]) => sum + (x - mean[0]) ** 2 + (y - mean[1]) ** 2, 0) / (2 * (seen.length - 1));
  const distance = Math.hypot(mean[0] - points[i * 3], mean[1] - points[i * 3 + 1]);
  disagreement[i] = Math.hypot(
    (1 - weight) * disagreement[i],
    weight * Math.sqrt(scatter),
    weight * distanceShare * distance,
  );
  for (const axis of [0, 1]) points[i * 3 + axis] += weight * (mean[axis] - points[i * 3 + axis]);
}
