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
 * Reads a window into a planar raster: bilinear samples of the pyramid's level whose pixels are nearest in size.
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
  const { image, index } = pyramid.level(Math.max(0, Math.round(Math.log2(crop.size / side))));
  const { width, height, data } = image;
  const shrink = 2 ** -index;
  const map = imageFromCrop(crop, side).map((value) => value * shrink);
  const gain = (white - black) / 255;
  const plane = side * side;
  for (let at = 0; at < plane; at++) {
    const [u, v] = [(at % side) + 0.5, Math.floor(at / side) + 0.5];
    // Measured from the centre of the top-left pixel, so that whole numbers are pixels.
    const x = map[0] * u + map[1] * v + map[2] - 0.5;
    const y = map[3] * u + map[4] * v + map[5] - 0.5;
    if (outside === 'black' && (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5)) {
      target[at] = target[at + plane] = target[at + 2 * plane] = black;
      continue;
    }
    const px = Math.min(Math.max(x, 0), width - 1);
    const py = Math.min(Math.max(y, 0), height - 1);
    const [x0, y0] = [Math.floor(px), Math.floor(py)];
    const [fx, fy] = [px - x0, py - y0];
    const from = (y0 * width + x0) * 3;
    const right = x0 + 1 < width ? 3 : 0;
    const below = y0 + 1 < height ? width * 3 : 0;
    for (let c = 0; c < 3; c++) {
      const corner = from + c;
      const top = data[corner] + (data[corner + right] - data[corner]) * fx;
      const bottom = data[corner + below] + (data[corner + below + right] - data[corner + below]) * fx;
      target[c * plane + at] = (top + (bottom - top) * fy) * gain + black;
    }
  }
}
