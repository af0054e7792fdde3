import { type MeshSequence } from './mesh-sequence.js';
import { type WindowRaster } from './screen-mesh.js';

/** Pixels that show the same two triangles and lie in the same regions. */
export interface PixelRun {
  start: number;
  end: number;
  face: number;
  /** -1 where there is no prediction. */
  predictedFace: number;
  /** Into a table of the sets of regions that pixels lie in. */
  regionSet: number;
}

/** The pixels of one frame at which flows are compared; P pixels in runs. */
export interface FlowPixels {
  runs: PixelRun[];
  /** `[P, 2]` the first two barycentric coordinates of the surface points behind the pixels. */
  truth: Float32Array;
  prediction: Float32Array;
  /** `[P, 2]` from the pixel to the one at which the prediction was found, pixels. */
  shift: Float32Array;
}

/** One mesh and what the camera sees of it. */
export interface SeenMesh {
  raster: WindowRaster;
  sequence: Pick<MeshSequence, 'faces'>;
}

/** Offsets within a radius, nearest first; the centre left out. */
function discOffsets(radius: number): [number, number][] {
  const offsets: [number, number][] = [];
  for (let y = -Math.floor(radius); y <= radius; y++) {
    for (let x = -Math.floor(radius); x <= radius; x++) {
      if ((x !== 0 || y !== 0) && x * x + y * y <= radius * radius) offsets.push([x, y]);
    }
  }
  return offsets.sort(([ax, ay], [bx, by]) => ax * ax + ay * ay - bx * bx - by * by);
}

/** The covered position of a raster nearest to a pixel, or -1 beyond the radius. */
function nearestCovered(raster: WindowRaster, pixel: number, offsets: [number, number][]): number {
  const { width, height, faceIndex } = raster;
  if (faceIndex[pixel] >= 0) return pixel;
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  for (const [dx, dy] of offsets) {
    const [column, row] = [x + dx, y + dy];
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    if (faceIndex[row * width + column] >= 0) return row * width + column;
  }
  return -1;
}

/** Bits of the regions that hold more than half of a point's weight. */
function pointRegions(
  faces: Int32Array,
  face: number,
  barycentric: Float32Array,
  at: number,
  vertexRegions: Uint32Array,
): number {
  const [a, b, c] = [vertexRegions[faces[face]], vertexRegions[faces[face + 1]], vertexRegions[faces[face + 2]]];
  if (a === b && b === c) return a;
  if (barycentric[at] > 0.5) return a;
  if (barycentric[at + 1] > 0.5) return b;
  if (barycentric[at + 2] > 0.5) return c;
  // No corner has half the weight: two of them together have it.
  return (a & b) | (b & c) | (a & c);
}

/** The pixels of a raster that a mesh covers, ordered by triangle. */
function coveredByTriangle({ faceIndex }: WindowRaster, faceCount: number): Int32Array {
  const starts = new Int32Array(faceCount + 1);
  for (let pixel = 0; pixel < faceIndex.length; pixel++) if (faceIndex[pixel] >= 0) starts[faceIndex[pixel] + 1]++;
  for (let face = 0; face < faceCount; face++) starts[face + 1] += starts[face];
  const ordered = new Int32Array(starts[faceCount]);
  for (let pixel = 0; pixel < faceIndex.length; pixel++) {
    if (faceIndex[pixel] >= 0) ordered[starts[faceIndex[pixel]]++] = pixel;
  }
  return ordered;
}

/**
 * The pixels that the ground truth covers inside some region, with the surface points of both meshes behind them.
 *
 * Where the prediction has no surface the nearest covered pixel within `reach` stands in. Both rasters show the same
 * window of the picture.
 *
 * @param vertexRegions `[V]` of the truth: bit r is set in region r. A pixel belongs to a region where the vertices of
 *   its triangle in that region hold more than half of its barycentric weight.
 * @param regionSets the sets of regions met so far, as bits; grows.
 */
export function flowPixels(
  truth: SeenMesh,
  prediction: SeenMesh,
  { vertexRegions, regionSets, reach }: { vertexRegions: Uint32Array; regionSets: number[]; reach: number },
): FlowPixels {
  const { faceIndex, barycentric } = truth.raster;
  const { faces } = truth.sequence;
  const covered = coveredByTriangle(truth.raster, faces.length / 3);
  const pairs = () => new Float32Array(covered.length * 2);
  const pixels: FlowPixels = { runs: [], truth: pairs(), prediction: pairs(), shift: pairs() };
  const offsets = discOffsets(reach);
  const found = Int32Array.from(covered, (pixel) => nearestCovered(prediction.raster, pixel, offsets));
  let n = 0;
  for (let first = 0, end = 0; first < covered.length; first = end) {
    const face = faceIndex[covered[first]];
    const runs = new Map<number, number[]>();
    for (end = first; end < covered.length && faceIndex[covered[end]] === face; end++) {
      const set = pointRegions(faces, face * 3, barycentric, covered[end] * 3, vertexRegions);
      if (set === 0) continue;
      if (!regionSets.includes(set)) regionSets.push(set);
      const predictedFace = found[end] < 0 ? -1 : prediction.raster.faceIndex[found[end]];
      const key = (predictedFace + 1) * maximumSets + regionSets.indexOf(set);
      const members = runs.get(key);
      if (members) members.push(end);
      else runs.set(key, [end]);
    }
    for (const [key, members] of runs) {
      const predictedFace = Math.floor(key / maximumSets) - 1;
      pixels.runs.push({ start: n, end: n + members.length, face, predictedFace, regionSet: key % maximumSets });
      for (const k of members) setPixel(pixels, n++, truth.raster, covered[k], prediction.raster, found[k]);
    }
  }
  return pixels;
}

/** More sets of regions than there are. */
const maximumSets = 65536;

function setPixel(
  { truth, prediction, shift }: FlowPixels,
  n: number,
  { width, barycentric }: WindowRaster,
  pixel: number,
  predicted: WindowRaster,
  found: number,
): void {
  for (let k = 0; k < 2; k++) truth[n * 2 + k] = barycentric[pixel * 3 + k];
  if (found < 0) return;
  for (let k = 0; k < 2; k++) prediction[n * 2 + k] = predicted.barycentric[found * 3 + k];
  shift[n * 2] = (found % width) - (pixel % width);
  shift[n * 2 + 1] = Math.floor(found / width) - Math.floor(pixel / width);
}
