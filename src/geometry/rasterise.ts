import { type Camera } from './camera.js';
import { distort, foldRadius, hasDistortion } from './distortion.js';

export interface RasteriseOptions {
  /** Drop triangles seen from behind; default true. */
  cullBackFaces?: boolean;
  /** Triangles are clipped at this depth, metres; default 0.01. */
  near?: number;
}

/** What each pixel of a camera sees of a mesh. */
export interface Raster {
  width: number;
  height: number;
  /** `[H, W]` triangle index, -1 where there is none. */
  faceIndex: Int32Array;
  /** `[H, W, 3]` perspective-correct barycentric coordinates in that triangle; 0 where there is none. */
  barycentric: Float32Array;
  /** `[H, W]` metres along the optical axis; Infinity where there is none. */
  depth: Float32Array;
}

/** A corner on the screen: x, y pixels, inverse depth, and its barycentric coordinates in the original triangle. */
type Corner = [x: number, y: number, inverseDepth: number, b0: number, b1: number, b2: number];

/** `[V, 3]` camera coordinates, metres. */
function toCamera(vertices: ArrayLike<number>, m: ArrayLike<number>): Float64Array {
  const points = new Float64Array(vertices.length);
  for (let i = 0; i < vertices.length; i += 3) {
    const [x, y, z] = [vertices[i], vertices[i + 1], vertices[i + 2]];
    for (let a = 0; a < 3; a++) points[i + a] = m[a * 4] * x + m[a * 4 + 1] * y + m[a * 4 + 2] * z + m[a * 4 + 3];
  }
  return points;
}

/** `[V, 2]` pixels of camera coordinates as the lens shows them; NaN behind the near plane or past the lens's fold. */
function toPixels(points: Float64Array, camera: Pick<Camera, 'K' | 'distortion'>, near: number): Float64Array {
  const { K } = camera;
  const fold = hasDistortion(camera) ? foldRadius(camera.distortion) : Infinity;
  const pixels = new Float64Array((points.length / 3) * 2);
  for (let i = 0, o = 0; i < points.length; i += 3, o += 2) {
    const z = points[i + 2];
    const [x, y] = [points[i] / z, points[i + 1] / z];
    const seen = z >= near && x * x + y * y < fold * fold;
    pixels[o] = seen ? K[0] * x + K[1] * y + K[2] : NaN;
    pixels[o + 1] = seen ? K[4] * y + K[5] : NaN;
  }
  return hasDistortion(camera) ? distort(camera, pixels) : pixels;
}

/** Draws one triangle into the raster: depth test per pixel centre, inverse depth linear on the screen. */
function drawTriangle(raster: Raster, face: number, a: Corner, b: Corner, c: Corner, cull: boolean): void {
  const { width, height, faceIndex, barycentric, depth } = raster;
  const area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  // Counter-clockwise from outside is a negative area with y down.
  if (!(area < 0) && (cull || !(area > 0))) return;
  const left = Math.max(0, Math.ceil(Math.min(a[0], b[0], c[0]) - 0.5));
  const right = Math.min(width - 1, Math.floor(Math.max(a[0], b[0], c[0]) - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(a[1], b[1], c[1]) - 0.5));
  const bottom = Math.min(height - 1, Math.floor(Math.max(a[1], b[1], c[1]) - 0.5));
  // Screen-space barycentric coordinates are affine in the pixel: value at the box's corner and slopes.
  const [ux, uy] = [(b[1] - c[1]) / area, (c[0] - b[0]) / area];
  const [vx, vy] = [(c[1] - a[1]) / area, (a[0] - c[0]) / area];
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5;
    let u = ux * (left + 0.5 - c[0]) + uy * (y - c[1]);
    let v = vx * (left + 0.5 - c[0]) + vy * (y - c[1]);
    for (let column = left, pixel = row * width + left; column <= right; column++, pixel++, u += ux, v += vx) {
      const w = 1 - u - v;
      if (u < -1e-9 || v < -1e-9 || w < -1e-9) continue;
      const z = 1 / (u * a[2] + v * b[2] + w * c[2]);
      if (!(z < depth[pixel])) continue;
      depth[pixel] = z;
      faceIndex[pixel] = face;
      const [s, t, r] = [u * a[2] * z, v * b[2] * z, w * c[2] * z];
      barycentric[pixel * 3] = s * a[3] + t * b[3] + r * c[3];
      barycentric[pixel * 3 + 1] = s * a[4] + t * b[4] + r * c[4];
      barycentric[pixel * 3 + 2] = s * a[5] + t * b[5] + r * c[5];
    }
  }
}

/** Clips a triangle of camera coordinates at the near plane: the polygon's corners as barycentric coordinates. */
function clipNear(depths: [number, number, number], near: number): number[][] {
  const corners = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const polygon: number[][] = [];
  for (let k = 0; k < 3; k++) {
    const next = (k + 1) % 3;
    if (depths[k] >= near) polygon.push(corners[k]);
    if (depths[k] >= near === depths[next] >= near) continue;
    const t = (near - depths[k]) / (depths[next] - depths[k]);
    polygon.push(corners[k].map((value, i) => value + t * (corners[next][i] - value)));
  }
  return polygon;
}

/** Draws a triangle that crosses the near plane, as a fan of its clipped polygon. */
function drawClipped(
  raster: Raster,
  face: number,
  points: Float64Array,
  corners: number[],
  camera: Camera,
  { cullBackFaces, near }: Required<RasteriseOptions>,
): void {
  const polygon = clipNear([points[corners[0] + 2], points[corners[1] + 2], points[corners[2] + 2]], near);
  const clipped = new Float64Array(polygon.length * 3);
  polygon.forEach((weights, p) => {
    for (let a = 0; a < 3; a++) clipped[p * 3 + a] = weights.reduce((sum, w, k) => sum + w * points[corners[k] + a], 0);
    clipped[p * 3 + 2] = Math.max(near, clipped[p * 3 + 2]);
  });
  const pixels = toPixels(clipped, camera, near);
  const fan = polygon.map(([b0, b1, b2], p): Corner => [
    pixels[p * 2],
    pixels[p * 2 + 1],
    1 / clipped[p * 3 + 2],
    b0,
    b1,
    b2,
  ]);
  for (let p = 2; p < fan.length; p++) drawTriangle(raster, face, fan[0], fan[p - 1], fan[p], cullBackFaces);
}

/**
 * Rasterises a mesh into a camera with a z-buffer; the lens is obeyed at the vertices, triangles stay straight.
 *
 * @param vertices `[V, 3]`, metres, world frame.
 * @param faces `[T, 3]`, counter-clockwise from outside.
 */
export function rasterise(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  camera: Camera,
  { cullBackFaces = true, near = 0.01 }: RasteriseOptions = {},
): Raster {
  const { width, height } = camera;
  const raster: Raster = {
    width,
    height,
    faceIndex: new Int32Array(width * height).fill(-1),
    barycentric: new Float32Array(width * height * 3),
    depth: new Float32Array(width * height).fill(Infinity),
  };
  const points = toCamera(vertices, camera.cameraFromWorld);
  const pixels = toPixels(points, camera, near);
  const a: Corner = [0, 0, 0, 1, 0, 0];
  const b: Corner = [0, 0, 0, 0, 1, 0];
  const c: Corner = [0, 0, 0, 0, 0, 1];
  for (let face = 0; face < faces.length / 3; face++) {
    const [i, j, k] = [faces[face * 3], faces[face * 3 + 1], faces[face * 3 + 2]];
    const [zi, zj, zk] = [points[i * 3 + 2], points[j * 3 + 2], points[k * 3 + 2]];
    if (zi < near && zj < near && zk < near) continue;
    if (zi < near || zj < near || zk < near) {
      drawClipped(raster, face, points, [i * 3, j * 3, k * 3], camera, { cullBackFaces, near });
      continue;
    }
    [a[0], a[1], a[2]] = [pixels[i * 2], pixels[i * 2 + 1], 1 / zi];
    [b[0], b[1], b[2]] = [pixels[j * 2], pixels[j * 2 + 1], 1 / zj];
    [c[0], c[1], c[2]] = [pixels[k * 2], pixels[k * 2 + 1], 1 / zk];
    drawTriangle(raster, face, a, b, c, cullBackFaces);
  }
  return raster;
}
