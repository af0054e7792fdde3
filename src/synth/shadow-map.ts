import { type Camera } from '../geometry/camera.js';
import { rasterise } from '../geometry/rasterise.js';

const SIZE = 512;
/** Metres from the light to the head: far enough to be nearly parallel. */
const LIGHT_DISTANCE = 4;
/** Half the width that the map covers, metres. */
const REACH = 0.28;
/** Depth by which a surface may lie behind the map's before it is in shadow, metres. */
const BIAS = 0.006;

/** Rows of a rotation whose third row is the given unit vector. */
function axesAlong(z: number[]): number[][] {
  const helper = Math.abs(z[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0];
  const cross = (a: number[], b: number[]) => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const x = cross(helper, z);
  const length = Math.hypot(...x);
  const unit = x.map((value) => value / length);
  return [unit, cross(z, unit), z];
}

function lightCamera(towardsLight: ArrayLike<number>, centre: number[]): Camera {
  const [x, y, z] = axesAlong(Array.from(towardsLight, (value) => -value));
  const dot = (row: number[]) => row.reduce((sum, value, a) => sum + value * centre[a], 0);
  const focal = ((SIZE / 2) * LIGHT_DISTANCE) / REACH;
  return {
    id: 'light',
    width: SIZE,
    height: SIZE,
    K: Float64Array.of(focal, 0, SIZE / 2, 0, focal, SIZE / 2, 0, 0, 1),
    cameraFromWorld: Float64Array.of(...x, -dot(x), ...y, -dot(y), ...z, LIGHT_DISTANCE - dot(z), 0, 0, 0, 1),
    distortion: new Float64Array(5),
  };
}

/**
 * How much of a far light reaches points near a mesh: 1 in full light, 0 in shadow, between them at soft sides.
 *
 * @param vertices `[V, 3]`, metres, world frame.
 * @param towardsLight `[3]`, unit length.
 * @param centre `[3]`, the middle of what is lit, metres.
 */
export function createShadowMap(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  towardsLight: ArrayLike<number>,
  centre: number[],
): (x: number, y: number, z: number) => number {
  const camera = lightCamera(towardsLight, centre);
  const { depth } = rasterise(vertices, faces, camera);
  const [m, focal] = [camera.cameraFromWorld, camera.K[0]];
  return (x, y, z) => {
    const pointDepth = m[8] * x + m[9] * y + m[10] * z + m[11];
    const column = (focal * (m[0] * x + m[1] * y + m[2] * z + m[3])) / pointDepth + SIZE / 2;
    const row = (focal * (m[4] * x + m[5] * y + m[6] * z + m[7])) / pointDepth + SIZE / 2;
    let lit = 0;
    for (let tap = 0; tap < 25; tap++) {
      const i = Math.floor(row + ((tap % 5) - 2) * 1.5);
      const j = Math.floor(column + (Math.floor(tap / 5) - 2) * 1.5);
      const inside = i >= 0 && j >= 0 && i < SIZE && j < SIZE;
      if (!inside || depth[i * SIZE + j] > pointDepth - BIAS) lit++;
    }
    return lit / 25;
  };
}
