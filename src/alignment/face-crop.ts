import { type ImagePyramid } from './image-pyramid.js';

/** A square, possibly rotated and mirrored window of a picture. */
export interface FaceCrop {
  /** Centre, pixels. */
  x: number;
  y: number;
  /** Side, pixels. */
  size: number;
  /** Radians by which the window is turned clockwise: the direction of its top edge in the picture. */
  roll: number;
  /** Whether left and right are exchanged in the window. */
  mirrored?: boolean;
}

/** `[2, 3]` row-major: `x' = a x + b y + c`, `y' = d x + e y + f`; pixels, top-left pixel centre (0.5, 0.5) on both sides. */
export type Affine = readonly [number, number, number, number, number, number];

/**
 * Maps positions in the crop's square raster to the picture.
 *
 * @param side the raster's width and height, pixels.
 */
export function imageFromCrop({ x, y, size, roll, mirrored = false }: FaceCrop, side: number): Affine {
  const scale = size / side;
  const flip = mirrored ? -1 : 1;
  const [a, b] = [Math.cos(roll) * scale * flip, -Math.sin(roll) * scale];
  const [d, e] = [Math.sin(roll) * scale * flip, Math.cos(roll) * scale];
  const middle = side / 2;
  return [a, b, x - (a + b) * middle, d, e, y - (d + e) * middle];
}

/** The opposite map. */
export function invertAffine([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  return [
    e / determinant,
    -b / determinant,
    (b * f - c * e) / determinant,
    -d / determinant,
    a / determinant,
    (c * d - a * f) / determinant,
  ];
}

export function applyAffine([a, b, c, d, e, f]: Affine, x: number, y: number): [number, number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

export interface SampleOptions {
  /** Values for byte 0 and byte 255. */
  range: readonly [number, number];
  /** Outside the picture: its nearest pixel, or `range[0]`'s black. */
  outside: 'edge' | 'black';
}

/**
 * Reads a window into a planar raster, averaging where the window is larger than the raster.
 *
 * @param target `[3, side, side]`, red, green, blue planes.
 */
export function sampleCrop(
  pyramid: ImagePyramid,
  crop: FaceCrop,
  side: number,
  target: Float32Array,
  { range: [black, white], outside }: SampleOptions,
): void {
  const scale = crop.size / side;
  const { image, index } = pyramid.level(Math.max(0, Math.floor(Math.log2(scale))));
  const shrink = 2 ** -index;
  const map = imageFromCrop(crop, side);
  // Below level 0's pitch a pixel is one bilinear sample; between two levels, the mean of four.
  const samples = scale * shrink > 1.2 ? 2 : 1;
  const gain = (white - black) / 255 / samples ** 2;
  const plane = side * side;
  const sum = new Float64Array(3);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      sum.fill(0);
      for (let s = 0; s < samples * samples; s++) {
        const u = column + ((s % samples) + 0.5) / samples;
        const v = row + (Math.floor(s / samples) + 0.5) / samples;
        const x = (map[0] * u + map[1] * v + map[2]) * shrink - 0.5;
        const y = (map[3] * u + map[4] * v + map[5]) * shrink - 0.5;
        addBilinear(image, x, y, outside === 'edge', sum);
      }
      const at = row * side + column;
      for (let c = 0; c < 3; c++) target[c * plane + at] = sum[c] * gain + black;
    }
  }
}

/** Adds the picture's colour at (x, y), measured from the centre of its top-left pixel. */
function addBilinear(
  { width, height, data }: ImagePyramid['image'],
  x: number,
  y: number,
  extend: boolean,
  sum: Float64Array,
): void {
  if (!extend && (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5)) return;
  const px = Math.min(Math.max(x, 0), width - 1);
  const py = Math.min(Math.max(y, 0), height - 1);
  const [x0, y0] = [Math.floor(px), Math.floor(py)];
  const [fx, fy] = [px - x0, py - y0];
  const right = x0 + 1 < width ? 3 : 0;
  const below = y0 + 1 < height ? width * 3 : 0;
  const at = (y0 * width + x0) * 3;
  for (let c = 0; c < 3; c++) {
    const top = data[at + c] + (data[at + c + right] - data[at + c]) * fx;
    const bottom = data[at + c + below] + (data[at + c + below + right] - data[at + c + below]) * fx;
    sum[c] += top + (bottom - top) * fy;
  }
}
