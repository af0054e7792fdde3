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
  const a = vertexRegions[faces[face]];
  const b = vertexRegions[faces[face + 1]];
  const c = vertexRegions[faces[face + 2]];
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
  const found = new Int32Array(covered.length);
  const slots = new Int32Array(covered.length);
  let n = 0;
  for (let first = 0, end = 0; first < covered.length; first = end) {
    const face = faceIndex[covered[first]];
    const starting: RunInMaking[] = [];
    let slot = 0;
    for (end = first; end < covered.length && faceIndex[covered[end]] === face; end++) {
      const set = pointRegions(faces, face * 3, barycentric, covered[end] * 3, vertexRegions);
      slots[end] = -1;
      if (set === 0) continue;
      found[end] = nearestCovered(prediction.raster, covered[end], offsets);
      const predictedFace = found[end] < 0 ? -1 : prediction.raster.faceIndex[found[end]];
      slot = findRun(starting, slot, set, predictedFace);
      starting[slot].count++;
      slots[end] = slot;
    }
    for (const { set, predictedFace, count } of starting) {
      if (!regionSets.includes(set)) regionSets.push(set);
      pixels.runs.push({ start: n, end: n + count, face, predictedFace, regionSet: regionSets.indexOf(set) });
      n += count;
    }
    const next = pixels.runs.slice(pixels.runs.length - starting.length).map(({ start }) => start);
    for (let k = first; k < end; k++) {
      if (slots[k] >= 0) setPixel(pixels, next[slots[k]]++, truth.raster, covered[k], prediction.raster, found[k]);
    }
  }
  return pixels;
}

/** A run whose pixels are being counted. */
interface RunInMaking {
  set: number;
  predictedFace: number;
  count: number;
}

/** The run that a pixel belongs to, most often that of the pixel before it; a new one where there is none. */
function findRun(runs: RunInMaking[], last: number, set: number, predictedFace: number): number {
  const belongs = (run: RunInMaking) => run.set === set && run.predictedFace === predictedFace;
  if (last < runs.length && belongs(runs[last])) return last;
  const index = runs.findIndex(belongs);
  return index >= 0 ? index : runs.push({ set, predictedFace, count: 0 }) - 1;
}

function setPixel(
  pixels: FlowPixels,
  n: number,
  raster: WindowRaster,
  pixel: number,
  predicted: WindowRaster,
  found: number,
): void {
  pixels.truth[n * 2] = raster.barycentric[pixel * 3];
  pixels.truth[n * 2 + 1] = raster.barycentric[pixel * 3 + 1];
  if (found < 0) return;
  pixels.prediction[n * 2] = predicted.barycentric[found * 3];
  pixels.prediction[n * 2 + 1] = predicted.barycentric[found * 3 + 1];
  if (found === pixel) return;
  const { width } = raster;
  pixels.shift[n * 2] = (found % width) - (pixel % width);
  pixels.shift[n * 2 + 1] = Math.floor(found / width) - Math.floor(pixel / width);
}
