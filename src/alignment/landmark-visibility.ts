import { type FaceTopology } from './face-topology.js';

/** Corners of the eyelids (outer, inner) and middles (upper, lower), then the iris points, for the right and left eye. */
const eyes = [
  { outer: 33, inner: 133, upper: 159, lower: 145, iris: [468, 469, 470, 471, 472] },
  { outer: 263, inner: 362, upper: 386, lower: 374, iris: [473, 474, 475, 476, 477] },
];

/**
 * How far each landmark's surface faces the camera: the cosine between its normal and the direction to the camera.
 *
 * The iris points, which belong to no triangle, face as their eyelids' corners do.
 *
 * @param points `[478, 3]` x, y and depth away from the camera, pixels.
 * @returns `[478]`, 1 frontal, 0 at the silhouette, negative on the far side.
 */
export function landmarkFacing(points: Float32Array, { triangles }: FaceTopology): Float32Array {
  const normals = new Float64Array(points.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t] * 3, triangles[t + 1] * 3, triangles[t + 2] * 3];
    const [ux, uy, uz] = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]];
    const [vx, vy, vz] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const corner of [a, b, c]) normal.forEach((value, axis) => (normals[corner + axis] += value));
  }
  const facing = new Float32Array(points.length / 3);
  for (let i = 0; i < facing.length; i++) {
    const length = Math.hypot(normals[i * 3], normals[i * 3 + 1], normals[i * 3 + 2]);
    facing[i] = length > 0 ? -normals[i * 3 + 2] / length : 0;
  }
  for (const { outer, inner, iris } of eyes) {
    for (const i of iris) facing[i] = (facing[outer] + facing[inner]) / 2;
  }
  return facing;
}

/**
 * How wide the eyes are open: the gap between the lids over the distance of the lids' corners.
 *
 * @param points `[478, 3]` pixels.
 * @returns right and left eye; about 0.3 when open, below 0.1 when closed.
 */
export function eyeOpenings(points: Float32Array): [number, number] {
  const distance = (i: number, j: number) =>
    Math.hypot(
      points[i * 3] - points[j * 3],
      points[i * 3 + 1] - points[j * 3 + 1],
      points[i * 3 + 2] - points[j * 3 + 2],
    );
  const [right, left] = eyes.map(({ outer, inner, upper, lower }) => distance(upper, lower) / distance(outer, inner));
  return [right, left];
}
