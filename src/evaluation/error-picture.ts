import { type Camera } from '../geometry/camera.js';
import { type RgbImage } from '../geometry/image.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { rasterise } from '../geometry/rasterise.js';
import { multiplyRotations, rotationFromAxisAngle } from '../geometry/rotation.js';
import { joinImages } from '../render/join-images.js';
import { composite, plainImage } from '../render/layer.js';
import { shadeMesh } from '../render/shade-mesh.js';
import { errorColour } from './colour-scale.js';
import { type MeshPair } from './mesh-sequence.js';

const [width, height] = [300, 360];
/** Where the camera stands around the head, radians. */
const yaws = [-0.9, 0, 0.9];
const unknown: [number, number, number] = [205, 205, 205];

/**
 * The ground truth's first frame from three sides, coloured by an error at its vertices; grey where it was not measured.
 *
 * @param perVertex `[V]`; NaN where unknown.
 * @param highest the error of the scale's last colour.
 */
export function errorPicture(
  { truth, keyPoints }: Pick<MeshPair, 'truth' | 'keyPoints'>,
  perVertex: Float32Array,
  highest: number,
): RgbImage {
  const vertices = truth.vertices(truth.frameNumbers[0]);
  const keys = interpolateSurface(vertices, 3, truth.faces, keyPoints.truth);
  return joinImages(
    yaws.map((yaw) => {
      const camera = portraitCamera(keys, yaw);
      const layer = shadeMesh(vertices, truth.faces, camera, { colour: [255, 255, 255] });
      const image = composite(plainImage(width, height, [255, 255, 255]), layer);
      tint(image, vertices, truth.faces, camera, perVertex, highest);
      return image;
    }),
  );
}

function tint(
  { data }: RgbImage,
  vertices: ArrayLike<number>,
  faces: Int32Array,
  camera: Camera,
  perVertex: Float32Array,
  highest: number,
): void {
  const { faceIndex, barycentric } = rasterise(vertices, faces, camera);
  for (let pixel = 0; pixel < faceIndex.length; pixel++) {
    if (faceIndex[pixel] < 0) continue;
    let error = 0;
    for (let k = 0; k < 3; k++) error += barycentric[pixel * 3 + k] * perVertex[faces[faceIndex[pixel] * 3 + k]];
    const colour = Number.isNaN(error) ? unknown : errorColour(Math.abs(error) / highest);
    for (let a = 0; a < 3; a++) data[pixel * 3 + a] = Math.round((data[pixel * 3 + a] * colour[a]) / 255);
  }
}

/** A camera in front of a face, turned around it; the face's axes are told by its key points. */
function portraitCamera(keys: Float32Array, yaw: number): Camera {
  const key = (k: number) => [keys[k * 3], keys[k * 3 + 1], keys[k * 3 + 2]];
  const mid = (a: number[], b: number[]) => a.map((value, i) => (value + b[i]) / 2);
  const unit = (v: number[]) => v.map((value) => value / Math.hypot(...v));
  const cross = (a: number[], b: number[]) => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const [eyes, mouth] = [mid(key(0), key(3)), mid(key(5), key(6))];
  // OpenCV's axes: the subject's left is on the right of the picture, down, and into the face.
  const right = unit(key(3).map((value, a) => value - key(0)[a]));
  const into = unit(
    cross(
      right,
      mouth.map((value, a) => value - eyes[a]),
    ),
  );
  const down = cross(into, right);
  const rotation = multiplyRotations(rotationFromAxisAngle([0, yaw, 0]), [...right, ...down, ...into]);
  const size = Math.hypot(...key(3).map((value, a) => value - key(0)[a]));
  // The head's middle lies behind the eyes by about their distance.
  const centre = mid(eyes, mouth).map((value, a) => value + 0.9 * size * into[a]);
  const distance = 12 * size;
  const rows = [0, 1, 2].map((row) => {
    const r = rotation.subarray(row * 3, row * 3 + 3);
    return [...r, -r.reduce((sum, value, a) => sum + value * centre[a], 0) + (row === 2 ? distance : 0)];
  });
  const focal = (height * distance) / (3.6 * size);
  return {
    id: 'portrait',
    width,
    height,
    K: Float64Array.of(focal, 0, width / 2, 0, focal, height / 2, 0, 0, 1),
    cameraFromWorld: Float64Array.from([...rows.flat(), 0, 0, 0, 1]),
    distortion: new Float64Array(5),
  };
}
