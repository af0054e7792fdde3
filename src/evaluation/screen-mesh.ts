import { type Camera } from '../geometry/camera.js';
import { cropCamera, type PictureWindow } from '../geometry/crop-camera.js';
import { distort } from '../geometry/distortion.js';
import { projectPoints } from '../geometry/project.js';
import { rasterise, type Raster } from '../geometry/rasterise.js';
import { scaleCamera } from '../geometry/scale-camera.js';

/**
 * The vertices of a frame on the screen, `[V, 3]`: depth, depth times x, depth times y; pixels as the lens shows them.
 *
 * In this form a surface point's pixel is linear up to one division: with perspective-correct barycentric coordinates b
 * it is `sum(b z p) / sum(b z)`, the very map that the rasteriser inverts.
 */
export function screenVertices(vertices: ArrayLike<number>, camera: Camera): Float64Array {
  const { pixels: ideal, depths } = projectPoints(vertices, camera);
  const pixels = distort(camera, ideal);
  const screen = new Float64Array(vertices.length);
  for (let v = 0; v < depths.length; v++) {
    screen[v * 3] = depths[v];
    screen[v * 3 + 1] = depths[v] * pixels[v * 2];
    screen[v * 3 + 2] = depths[v] * pixels[v * 2 + 1];
  }
  return screen;
}

/** `[V, 2]` pixels of {@link screenVertices}. */
export function screenPixels(screen: Float64Array): Float64Array {
  return Float64Array.from({ length: (screen.length / 3) * 2 }, (_, i) => {
    const n = (i >> 1) * 3;
    return screen[n + 1 + (i % 2)] / screen[n];
  });
}

/** A raster of a part of the picture. */
export interface WindowRaster extends Raster {
  left: number;
  top: number;
}

/** The part of the picture that a mesh covers, with a margin; empty (0 by 0) where it covers none. */
export function meshWindow(screen: Float64Array, { width, height }: Camera, margin: number): PictureWindow {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < screen.length; i += 3) {
    if (!(screen[i] > 0)) return { left: 0, top: 0, width, height };
    const [x, y] = [screen[i + 1] / screen[i], screen[i + 2] / screen[i]];
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  const [left, top] = [Math.max(0, Math.floor(box[0] - margin)), Math.max(0, Math.floor(box[1] - margin))];
  return {
    left,
    top,
    width: Math.max(0, Math.min(width, Math.ceil(box[2] + margin)) - left),
    height: Math.max(0, Math.min(height, Math.ceil(box[3] + margin)) - top),
  };
}

/** Rasterises a mesh into a part of the picture. */
export function rasteriseWindow(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  camera: Camera,
  window: PictureWindow,
): WindowRaster {
  const { left, top } = window;
  return { ...rasterise(vertices, faces, cropCamera(camera, window)), left, top };
}

/** A predicted camera for pictures of the ground truth's size. */
export function cameraAtSize(camera: Camera, { id, width, height }: Camera): Camera {
  if (camera.width === width && camera.height === height) return camera;
  if (Math.abs(camera.width * height - camera.height * width) > 0.01 * camera.width * height) {
    const got = `${camera.width}x${camera.height}`;
    throw new Error(`evaluation: camera ${id}: expected pictures in the shape of ${width}x${height}, got ${got}.`);
  }
  return scaleCamera(camera, width, height);
}
