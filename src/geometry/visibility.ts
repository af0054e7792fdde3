import { type Camera } from './camera.js';
import { distort } from './distortion.js';
import { interpolateSurface } from './interpolate-surface.js';
import { vertexNormals } from './mesh.js';
import { projectPoints } from './project.js';
import { rasterise, type Raster } from './rasterise.js';
import { type SurfacePoints } from './surface-points.js';

export interface VisibilityOptions {
  /** How far behind the z-buffer a point still counts as seen, metres; default 0.003. */
  tolerance?: number;
  /** Least cosine between the normal and the direction to the camera; default 0.05. */
  minimumFacing?: number;
  /** The mesh as the camera sees it, if it is at hand; of this camera at any resolution with the same field of view. */
  raster?: Raster;
}

/** Which surface points a camera sees. */
export interface Visibility {
  /** `[N]` 1 where the point is in front of the camera, inside the picture, facing it and unoccluded. */
  visible: Uint8Array;
  /** `[N]` cosine between the smooth normal and the direction to the camera. */
  facing: Float32Array;
  /** `[N, 2]` where the lens shows the point, pixels; NaN behind the camera. */
  pixels: Float64Array;
}

/** Camera centre `-R^T t` in the world frame. */
function cameraCentre(m: ArrayLike<number>): [number, number, number] {
  const along = (a: number) => -(m[a] * m[3] + m[4 + a] * m[7] + m[8 + a] * m[11]);
  return [along(0), along(1), along(2)];
}

/** The farthest depth among the four pixels around a position, so that a slope does not hide its own points. */
function bufferDepth({ width, height, depth }: Raster, x: number, y: number): number {
  let farthest = 0;
  for (const row of [Math.floor(y - 0.5), Math.floor(y + 0.5)]) {
    for (const column of [Math.floor(x - 0.5), Math.floor(x + 0.5)]) {
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      farthest = Math.max(farthest, inside ? depth[row * width + column] : Infinity);
    }
  }
  return farthest;
}

/**
 * Tests surface points against the mesh they lie on.
 *
 * @param points N points; a triangle of -1 is never visible.
 * @param vertices `[V, 3]`, metres, world frame.
 * @param faces `[T, 3]`, counter-clockwise from outside.
 */
export function surfaceVisibility(
  points: SurfacePoints,
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  camera: Camera,
  { tolerance = 0.003, minimumFacing = 0.05, raster = rasterise(vertices, faces, camera) }: VisibilityOptions = {},
): Visibility {
  const positions = interpolateSurface(vertices, 3, faces, points);
  const normals = interpolateSurface(vertexNormals(vertices, faces), 3, faces, points);
  const { pixels: ideal, depths } = projectPoints(positions, camera);
  const pixels = distort(camera, ideal);
  const centre = cameraCentre(camera.cameraFromWorld);
  const count = points.faces.length;
  const visible = new Uint8Array(count);
  const facing = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    let [along, direction, normal] = [0, 0, 0];
    for (let a = 0; a < 3; a++) {
      const towards = centre[a] - positions[n * 3 + a];
      along += towards * normals[n * 3 + a];
      direction += towards * towards;
      normal += normals[n * 3 + a] ** 2;
    }
    facing[n] = along / Math.sqrt(direction * normal);
    const [x, y] = [pixels[n * 2], pixels[n * 2 + 1]];
    const inside = x >= 0 && y >= 0 && x < camera.width && y < camera.height;
    if (!inside || !(facing[n] >= minimumFacing)) continue;
    const buffer = bufferDepth(raster, (x / camera.width) * raster.width, (y / camera.height) * raster.height);
    if (depths[n] <= buffer + tolerance) visible[n] = 1;
  }
  return { visible, facing, pixels };
}
