import { type HeadModel, vertexSurfacePoints } from '../flame/head-model.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { ArrayReader } from '../tensor/array-reader.js';
import { type NpyArray } from '../tensor/npy.js';
import { doubleValues, stringValues } from '../tensor/npy-values.js';
import { formatNpz, parseNpz } from '../tensor/npz.js';
import { type Alignment } from './alignment.js';

/** Seconds between frames where the file does not say. */
const framePeriod = 1 / 25;

/**
 * Reads FlowFace's `alignment.npz`, as CAP4D ships it; its arrays have cameras first:
 *
 * - `vertex_coords` `[C, F, N, 2]` pixels, the centre of the top-left pixel at (0.5, 0.5);
 * - `vertex_confidences` `[C, F, N, 1]` or `[C, F, N]` standard deviation, pixels (lower is better; infinite where absent);
 * - `resolutions` `[C, 2]` height and width;
 * - optional: `valid_mask` `[C, F]`, `crop_boxes` `[C, F, 4]` left, top, right, bottom, and `camera_order` `[C]`.
 *
 * Its points are the head model's vertices, unless the file has the additions of {@link formatAlignmentFile}:
 * `point_faces` `[N]` and `point_barycentric` `[N, 3]`. `frame_numbers` and `times` `[F]` are additions too.
 *
 * @param where what to call the file in errors.
 */
export function parseAlignmentFile(
  bytes: Uint8Array,
  head: Pick<HeadModel, 'name' | 'faces' | 'vertexCount'>,
  where = 'alignment file',
): Alignment {
  const file = new ArrayReader(parseNpz(bytes, { where }), where);
  const [viewCount, frameCount, pointCount] = file.array('vertex_coords', null, null, null, 2).shape;
  const cameraIds = readCameraIds(file, viewCount);
  const resolutions = file.ints('resolutions', viewCount, 2);
  const valid = file.has('valid_mask') ? file.array('valid_mask', viewCount, frameCount).data : undefined;
  const boxes = file.optionalFloats('crop_boxes', viewCount, frameCount, 4);
  const alignment: Alignment = {
    points: readPoints(file, head, pointCount),
    frameCount,
    viewCount,
    cameraIds,
    frameNumbers: file.has('frame_numbers') ? [...file.ints('frame_numbers', frameCount)] : range(frameCount),
    times: file.has('times')
      ? doubleValues(file.array('times', frameCount), `${where}: times`)
      : Float64Array.from(range(frameCount), (frame) => frame * framePeriod),
    mu: exchangeAxes(file.floats('vertex_coords', viewCount, frameCount, pointCount, 2), viewCount, frameCount),
    sigma: exchangeAxes(readDeviations(file, viewCount, frameCount, pointCount), viewCount, frameCount),
    imageSizes: cameraIds.map((_, view) => ({ height: resolutions[view * 2], width: resolutions[view * 2 + 1] })),
    faceBoxes: boxes ? exchangeAxes(boxes, viewCount, frameCount) : new Float32Array(frameCount * viewCount * 4),
    source: 'file',
  };
  for (let frame = 0; frame < frameCount; frame++) {
    for (let view = 0; view < viewCount; view++) {
      if (!valid || Number(valid[view * frameCount + frame])) checkImage(alignment, frame, view, where);
      else clearImage(alignment, frame, view);
    }
  }
  return alignment;
}

/**
 * Writes an alignment in FlowFace's format, with the surface points, frame numbers and times as additional arrays.
 *
 * A point that is absent in an image in which others are seen gets an infinite standard deviation.
 */
export function formatAlignmentFile(alignment: Alignment): Uint8Array {
  const { points, frameCount, viewCount, mu, sigma, faceBoxes, imageSizes } = alignment;
  const count = points.faces.length;
  const seen = Uint8Array.from({ length: frameCount * viewCount }, (_, image) =>
    Number(sigma.subarray(image * count, (image + 1) * count).some((value) => value > 0)),
  );
  const deviations = sigma.map((value) => (value > 0 ? value : Infinity));
  const perImage = <Data extends Float32Array | Uint8Array>(
    dtype: 'float32' | 'bool',
    data: Data,
    ...shape: number[]
  ) => ({
    dtype,
    shape: [viewCount, frameCount, ...shape],
    data: exchangeAxes(data, frameCount, viewCount),
  });
  return formatNpz({
    vertex_coords: perImage('float32', mu, count, 2),
    vertex_confidences: perImage('float32', deviations, count, 1),
    valid_mask: perImage('bool', seen),
    crop_boxes: perImage('float32', faceBoxes, 4),
    resolutions: int32(
      imageSizes.flatMap(({ width, height }) => [height, width]),
      viewCount,
      2,
    ),
    camera_order: { dtype: 'string', shape: [viewCount], data: alignment.cameraIds },
    n_timesteps: int32([frameCount]),
    n_views: int32([viewCount]),
    point_faces: { dtype: 'int32', shape: [count], data: points.faces },
    point_barycentric: { dtype: 'float32', shape: [count, 3], data: points.barycentric },
    frame_numbers: int32(alignment.frameNumbers, frameCount),
    times: { dtype: 'float64', shape: [frameCount], data: alignment.times },
  });
}

/** Exchanges the first two axes of `[rows, columns, ...]`. */
function exchangeAxes<Data extends Float32Array | Uint8Array>(data: Data, rows: number, columns: number): Data {
  const block = data.length / (rows * columns) || 0;
  const result = data.slice() as Data;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * block;
      result.set(data.subarray(from, from + block), (column * rows + row) * block);
    }
  }
  return result;
}

function readCameraIds(file: ArrayReader, viewCount: number): string[] {
  if (!file.has('camera_order')) return range(viewCount).map((view) => `cam${view}`);
  return stringValues(file.array('camera_order', viewCount), `${file.where}: camera_order`);
}

function readPoints(
  file: ArrayReader,
  head: Pick<HeadModel, 'name' | 'faces' | 'vertexCount'>,
  count: number,
): SurfacePoints {
  if (file.has('point_faces')) {
    const faces = file.ints('point_faces', count);
    const faceCount = head.faces.length / 3;
    const wrong = faces.find((face) => face < 0 || face >= faceCount);
    if (wrong !== undefined) {
      throw new Error(
        `${file.where}: point_faces: expected triangles of ${head.name}, 0 to ${faceCount - 1}, got ${wrong}.`,
      );
    }
    return { faces, barycentric: file.floats('point_barycentric', count, 3) };
  }
  if (count === head.vertexCount) return vertexSurfacePoints(head);
  throw new Error(
    `${file.where}: vertex_coords: expected the ${head.vertexCount} vertices of ${head.name}, got ${count}.`,
  );
}

function readDeviations(file: ArrayReader, viewCount: number, frameCount: number, count: number): Float32Array {
  const flat = file.arrays['vertex_confidences']?.shape.length === 3;
  return file.floats('vertex_confidences', viewCount, frameCount, count, ...(flat ? [] : [1]));
}

/** Refuses what is no observation and turns infinite deviations into absent ones. */
function checkImage(
  { mu, sigma, points, viewCount, cameraIds }: Alignment,
  frame: number,
  view: number,
  where: string,
) {
  const count = points.faces.length;
  const start = (frame * viewCount + view) * count;
  for (let n = 0; n < count; n++) {
    const at = start + n;
    const place = `camera ${cameraIds[view]}, frame ${frame}, point ${n}`;
    if (sigma[at] === Infinity) {
      sigma[at] = mu[at * 2] = mu[at * 2 + 1] = 0;
      continue;
    }
    if (!(sigma[at] > 0)) {
      throw new Error(`${where}: vertex_confidences: expected pixels above 0, got ${sigma[at]} at ${place}.`);
    }
    if (!Number.isFinite(mu[at * 2]) || !Number.isFinite(mu[at * 2 + 1])) {
      throw new Error(
        `${where}: vertex_coords: expected finite pixels, got (${mu[at * 2]}, ${mu[at * 2 + 1]}) at ${place}.`,
      );
    }
  }
}

function clearImage({ mu, sigma, faceBoxes, points, viewCount }: Alignment, frame: number, view: number): void {
  const image = frame * viewCount + view;
  const count = points.faces.length;
  mu.fill(0, image * count * 2, (image + 1) * count * 2);
  sigma.fill(0, image * count, (image + 1) * count);
  faceBoxes.fill(0, image * 4, (image + 1) * 4);
}

function int32(values: number[], ...shape: number[]): NpyArray {
  return { dtype: 'int32', shape, data: Int32Array.from(values) };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}
