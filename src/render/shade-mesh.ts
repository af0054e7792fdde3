import { type Camera } from '../geometry/camera.js';
import { distort } from '../geometry/distortion.js';
import { vertexNormals } from '../geometry/mesh.js';
import { projectPoints } from '../geometry/project.js';
import { rasterise, type Raster } from '../geometry/rasterise.js';
import { scaleCamera } from '../geometry/scale-camera.js';
import { shrinkLayer, type Layer } from './layer.js';

export interface ShadeMeshOptions {
  /** Colour of the lit surface, [0, 255]. */
  colour?: [number, number, number];
  /** Draw the triangles' sides, pixels wide; 0 (default): none. */
  wire?: number;
  /** What the camera sees of the mesh, if it is at hand; see {@link rasteriseFinely}. */
  raster?: Raster;
}

/** Samples along each side of a pixel. */
const SUPERSAMPLE = 2;

/** The mesh as a camera with smaller pixels sees it, for soft sides. */
export function rasteriseFinely(vertices: ArrayLike<number>, faces: ArrayLike<number>, camera: Camera): Raster {
  return rasterise(vertices, faces, scaleCamera(camera, camera.width * SUPERSAMPLE, camera.height * SUPERSAMPLE));
}

/** The key light, from over the viewer's left shoulder, in camera axes; unit length. */
const KEY = [-0.35, -0.5, -0.792];

/** Light on a unit normal given in camera axes: a soft key, a fill from the viewer and a sky brighter than the ground. */
function lightOn(x: number, y: number, z: number): number {
  const key = Math.max(0, x * KEY[0] + y * KEY[1] + z * KEY[2]);
  return 0.22 + 0.12 * (1 - y) * 0.5 + 0.22 * Math.max(0, -z) + 0.5 * key;
}

/** `[V]` light at the vertices. */
function vertexLight(vertices: ArrayLike<number>, faces: ArrayLike<number>, m: ArrayLike<number>): Float32Array {
  const n = vertexNormals(vertices, faces);
  return Float32Array.from({ length: n.length / 3 }, (_, v) => {
    const along = (r: number) => m[r] * n[v * 3] + m[r + 1] * n[v * 3 + 1] + m[r + 2] * n[v * 3 + 2];
    return lightOn(along(0), along(4), along(8));
  });
}

/** Heights of every triangle over its three sides on the screen, `[T, 3]` pixels: barycentric times height is distance. */
function screenHeights(vertices: ArrayLike<number>, faces: ArrayLike<number>, camera: Camera): Float32Array {
  const pixels = distort(camera, projectPoints(vertices, camera).pixels);
  const heights = new Float32Array(faces.length);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [faces[f] * 2, faces[f + 1] * 2, faces[f + 2] * 2];
    const side = (p: number, q: number) => Math.hypot(pixels[p] - pixels[q], pixels[p + 1] - pixels[q + 1]);
    const area = Math.abs(
      (pixels[b] - pixels[a]) * (pixels[c + 1] - pixels[a + 1]) -
        (pixels[b + 1] - pixels[a + 1]) * (pixels[c] - pixels[a]),
    );
    heights.set([area / side(b, c), area / side(c, a), area / side(a, b)], f);
  }
  return heights;
}

/** Opacity of each pixel: all of the surface, or only what lies within half a line's width of a side. */
function coverage(raster: Raster, heights: Float32Array | undefined, wire: number): Float32Array {
  const { faceIndex, barycentric } = raster;
  const alpha = new Float32Array(faceIndex.length);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const face = faceIndex[pixel];
    if (face < 0) continue;
    let distance = heights ? Infinity : 0;
    if (heights) {
      for (let k = 0; k < 3; k++) distance = Math.min(distance, barycentric[pixel * 3 + k] * heights[face * 3 + k]);
    }
    if (distance <= wire / 2) alpha[pixel] = 1;
  }
  return alpha;
}

/**
 * Draws a shaded mesh as a camera sees it.
 *
 * @param vertices `[V, 3]`, metres, world frame.
 * @param faces `[T, 3]`, counter-clockwise from outside.
 * @returns a layer of the camera's size.
 */
export function shadeMesh(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  camera: Camera,
  { colour = [214, 222, 235], wire = 0, raster = rasteriseFinely(vertices, faces, camera) }: ShadeMeshOptions = {},
): Layer {
  const light = vertexLight(vertices, faces, camera.cameraFromWorld);
  const heights = wire > 0 ? screenHeights(vertices, faces, camera) : undefined;
  const alpha = coverage(raster, heights, wire);
  const shaded = new Float32Array(alpha.length * 3);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    if (alpha[pixel] === 0) continue;
    const corner = raster.faceIndex[pixel] * 3;
    let intensity = 0;
    for (let k = 0; k < 3; k++) intensity += raster.barycentric[pixel * 3 + k] * light[faces[corner + k]];
    for (let a = 0; a < 3; a++) shaded[pixel * 3 + a] = Math.min(255, colour[a] * intensity);
  }
  return shrinkLayer({ width: raster.width, height: raster.height, colour: shaded, alpha }, SUPERSAMPLE);
}
