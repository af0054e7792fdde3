import { type Camera } from '../geometry/camera.js';
import { type RigidTransform } from '../geometry/rigid-transform.js';

/** Multiface's files are in millimetres; its cameras put the centre of the top-left pixel at (0, 0). */
const MILLIMETRES = 1000;
const PIXEL_SHIFT = 0.5;

/** The text of a `KRT`: per camera its name, K, distortion and world to camera, `[R|t]` in millimetres. */
export function formatKrt(cameras: Camera[]): string {
  return cameras
    .map(({ id, K, distortion, cameraFromWorld: m }) => {
      const intrinsics = [K[0], K[1], K[2] - PIXEL_SHIFT, 0, K[4], K[5] - PIXEL_SHIFT, 0, 0, 1];
      const rows = (values: number[], width: number) =>
        values.flatMap((_, i) => (i % width ? [] : [values.slice(i, i + width).join(' ')]));
      const extrinsics = [0, 4, 8].flatMap((row) => [m[row], m[row + 1], m[row + 2], m[row + 3] * MILLIMETRES]);
      return [id, ...rows(intrinsics, 3), [...distortion].join(' '), ...rows(extrinsics, 4), ''].join('\n');
    })
    .join('\n');
}

/** The bytes of a `.bin`: float32 xyz of every vertex, millimetres, head frame. */
export function formatVertices(vertices: ArrayLike<number>): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(vertices.length * 4));
  for (let i = 0; i < vertices.length; i++) bytes.setFloat32(i * 4, vertices[i] * MILLIMETRES, true);
  return new Uint8Array(bytes.buffer);
}

/** The text of a `_transform.txt`: 3 x 4, head to world, millimetres. */
export function formatTransform({ rotation: r, translation: t }: RigidTransform): string {
  return [0, 1, 2].map((row) => `${r[row * 3]} ${r[row * 3 + 1]} ${r[row * 3 + 2]} ${t[row] * MILLIMETRES}\n`).join('');
}

/** The text of a tracked mesh's `.obj`: `v`, `vt` and faces `v/vt`, millimetres, head frame. */
export function formatTrackedObj(vertices: ArrayLike<number>, uv: ArrayLike<number>, faces: ArrayLike<number>): string {
  const lines: string[] = [];
  for (let v = 0; v < vertices.length; v += 3) {
    lines.push(`v ${[0, 1, 2].map((a) => (vertices[v + a] * MILLIMETRES).toFixed(6)).join(' ')}`);
  }
  for (let v = 0; v < uv.length; v += 2) lines.push(`vt ${uv[v].toFixed(6)} ${uv[v + 1].toFixed(6)}`);
  for (let f = 0; f < faces.length; f += 3) {
    lines.push(`f ${[0, 1, 2].map((k) => `${faces[f + k] + 1}/${faces[f + k] + 1}`).join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A cylinder's UV around the head's upright axis, `[V, 2]`: the face in the middle, the seam behind. */
export function cylinderUv(vertices: ArrayLike<number>): Float32Array {
  let [low, high] = [Infinity, -Infinity];
  for (let v = 1; v < vertices.length; v += 3) [low, high] = [Math.min(low, vertices[v]), Math.max(high, vertices[v])];
  const uv = new Float32Array((vertices.length / 3) * 2);
  for (let v = 0; v < uv.length / 2; v++) {
    uv[v * 2] = 0.5 + Math.atan2(vertices[v * 3], vertices[v * 3 + 2]) / (2 * Math.PI);
    uv[v * 2 + 1] = (vertices[v * 3 + 1] - low) / (high - low);
  }
  return uv;
}
