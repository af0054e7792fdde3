import { type CanonicalMap } from './canonical-map.js';
import { mapFromImage } from './map-points.js';

/**
 * A map at the pixels of its picture: bilinear where the four cells around a pixel's centre are foreground, else the
 * cell that holds it. A map that has the picture's pixels is returned as it is.
 *
 * @returns values, mask and depth; the picture's foreground is the map's.
 */
export function pictureMap(map: CanonicalMap, { width, height }: { width: number; height: number }): CanonicalMap {
  const identity = [1, 0, 0, 0, 1, 0];
  if (map.width === width && map.height === height && map.imageFromMap.every((v, i) => v === identity[i])) return map;
  const result: CanonicalMap = {
    width,
    height,
    values: new Float32Array(width * height * 3),
    mask: new Uint8Array(width * height),
    depth: map.depth && new Float32Array(width * height).fill(NaN),
    imageFromMap: Float64Array.from(identity),
  };
  const blend: Blend = { cells: new Int32Array(4), weights: new Float64Array(4), count: 0 };
  for (let pixel = 0; pixel < result.mask.length; pixel++) {
    const [x, y] = mapFromImage(map, (pixel % width) + 0.5, Math.floor(pixel / width) + 0.5);
    if (!cellsAround(map, x, y, blend)) continue;
    result.mask[pixel] = 1;
    for (let a = 0; a < 3; a++) result.values[pixel * 3 + a] = blended(map.values, 3, a, blend);
    if (result.depth) result.depth[pixel] = blended(map.depth!, 1, 0, blend);
  }
  return result;
}

/** Cells and their shares in a value. */
interface Blend {
  cells: Int32Array;
  weights: Float64Array;
  count: number;
}

/** The cells that a position takes its value from; `false` on background. */
function cellsAround({ width, height, mask }: CanonicalMap, x: number, y: number, blend: Blend): boolean {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (!(column >= 0 && row >= 0 && column < width && row < height) || !mask[row * width + column]) return false;
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [u, v] = [x - 0.5 - left, y - 0.5 - top];
  const shares = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v];
  blend.count = 4;
  for (let k = 0; k < 4; k++) {
    const [c, r] = [left + (k % 2), top + (k >> 1)];
    const inside = c >= 0 && r >= 0 && c < width && r < height && mask[r * width + c] === 1;
    if (!inside) {
      blend.cells[0] = row * width + column;
      blend.weights[0] = 1;
      blend.count = 1;
      return true;
    }
    blend.cells[k] = r * width + c;
    blend.weights[k] = shares[k];
  }
  return true;
}

function blended(values: Float32Array, depth: number, channel: number, { cells, weights, count }: Blend): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += weights[k] * values[cells[k] * depth + channel];
  return sum;
}
