import { type FitResult } from '../fitting/fit-sequence.js';
import { axisAngleFromRotation, rotationFromAxisAngle } from '../geometry/rotation.js';
import { type Camera } from '../geometry/camera.js';
import { type NpyArray } from '../tensor/npy.js';
import { formatNpz, parseNpz } from '../tensor/npz.js';
import { type FitParameters } from '../fitting/parameters.js';

export const resultFormat = 'flowfit-result/1';

/** What `result.npz` holds: the single source for every export. */
export interface TrackResult {
  parameters: FitParameters;
  /** `[F]`. */
  frameNumbers: number[];
  /** `[F]` seconds. */
  times: Float64Array;
  /** `[F]` 1 where some camera saw the face. */
  frameObserved: Uint8Array;
  /** `[F, C]` median residual, pixels; NaN where nothing was seen. */
  residualPx: Float32Array;
  head: { name: string; shapeBasisHash: string };
  status: string;
}

/** The result of a fit in the form that is written. */
export function trackResult(fit: FitResult): TrackResult {
  const { head } = fit.problem;
  return {
    parameters: fit.parameters,
    frameNumbers: fit.alignment.frameNumbers,
    times: fit.alignment.times,
    frameObserved: fit.frameObserved,
    residualPx: fit.residuals.perImagePx,
    head: { name: head.name, shapeBasisHash: head.shapeBasisHash },
    status: fit.status,
  };
}

/**
 * Bytes of `result.npz`; keys, shapes and units in `docs/result.md`. Rotations are axis-angle, the cameras stand in
 * world-to-camera form, OpenCV axes.
 */
export function formatResult(result: TrackResult): Uint8Array {
  const { parameters, frameNumbers, times, frameObserved, residualPx, head, status } = result;
  const { shape, expression, jointPose, headRotation, headTranslation, offsets, cameras } = parameters;
  const { canonicalTexture } = parameters;
  const textureSize = Math.sqrt(canonicalTexture.length / 3);
  const [F, C] = [frameNumbers.length, cameras.length];
  const floats = (values: ArrayLike<number>, dims: number[]): NpyArray => ({
    dtype: 'float32',
    shape: dims,
    data: Float32Array.from(values),
  });
  const doubles = (values: ArrayLike<number>, dims: number[]): NpyArray => ({
    dtype: 'float64',
    shape: dims,
    data: Float64Array.from(values),
  });
  const turns = frameNumbers.flatMap((_, f) =>
    Array.from(axisAngleFromRotation(headRotation.subarray(f * 9, f * 9 + 9))),
  );
  const meta = new TextEncoder().encode(
    JSON.stringify({
      format: resultFormat,
      status,
      head,
      cameraIds: cameras.map(({ id }) => id),
      imageSizes: cameras.map(({ width, height }) => [width, height]),
    }),
  );
  return formatNpz({
    meta: { dtype: 'uint8', shape: [meta.length], data: meta },
    shape: floats(shape, [shape.length]),
    expression: floats(expression, [F, expression.length / F]),
    joint_pose: floats(jointPose, [F, jointPose.length / (3 * F), 3]),
    head_rotation: doubles(turns, [F, 3]),
    head_translation: doubles(headTranslation, [F, 3]),
    offsets: floats(offsets, [offsets.length / 3, 3]),
    K: doubles(
      cameras.flatMap(({ K }) => Array.from(K)),
      [C, 3, 3],
    ),
    camera_from_world: doubles(
      cameras.flatMap(({ cameraFromWorld }) => Array.from(cameraFromWorld)),
      [C, 4, 4],
    ),
    distortion: doubles(
      cameras.flatMap(({ distortion }) => Array.from(distortion)),
      [C, 5],
    ),
    frame_numbers: { dtype: 'int32', shape: [F], data: Int32Array.from(frameNumbers) },
    times: doubles(times, [F]),
    frame_observed: { dtype: 'uint8', shape: [F], data: frameObserved },
    residual_px: floats(residualPx, [F, C]),
    ...(textureSize > 0 && { canonical_texture: floats(canonicalTexture, [textureSize, textureSize, 3]) }),
  });
}

/**
 * Reads `result.npz`.
 *
 * @throws it is not a result, or an array is missing.
 */
export function parseResult(bytes: Uint8Array): TrackResult {
  const arrays = parseNpz(bytes, { where: 'result.npz' });
  const numbers = (key: string): ArrayLike<number> => {
    const array = arrays[key];
    if (!array) throw new Error(`result.npz: expected an array '${key}', got ${Object.keys(arrays).join(', ')}.`);
    return array.data as ArrayLike<number>;
  };
  const meta = JSON.parse(new TextDecoder().decode(Uint8Array.from(numbers('meta'))));
  if (meta.format !== resultFormat) throw new Error(`result.npz: expected format ${resultFormat}, got ${meta.format}.`);
  const frameNumbers = Array.from(numbers('frame_numbers'));
  const turns = numbers('head_rotation');
  const headRotation = frameNumbers.flatMap((_, f) =>
    Array.from(rotationFromAxisAngle([turns[f * 3], turns[f * 3 + 1], turns[f * 3 + 2]])),
  );
  const slice = (key: string, c: number, size: number) =>
    Float64Array.from({ length: size }, (_, k) => numbers(key)[c * size + k]);
  const cameras = meta.cameraIds.map((id: string, c: number): Camera => ({
    id,
    width: meta.imageSizes[c][0],
    height: meta.imageSizes[c][1],
    K: slice('K', c, 9),
    cameraFromWorld: slice('camera_from_world', c, 16),
    distortion: slice('distortion', c, 5),
  }));
  return {
    parameters: {
      shape: Float64Array.from(numbers('shape')),
      expression: Float64Array.from(numbers('expression')),
      jointPose: Float64Array.from(numbers('joint_pose')),
      headRotation: Float64Array.from(headRotation),
      headTranslation: Float64Array.from(numbers('head_translation')),
      offsets: Float64Array.from(numbers('offsets')),
      canonicalTexture: Float64Array.from((arrays.canonical_texture?.data as ArrayLike<number>) ?? []),
      cameras,
    },
    frameNumbers,
    times: Float64Array.from(numbers('times')),
    frameObserved: Uint8Array.from(numbers('frame_observed')),
    residualPx: Float32Array.from(numbers('residual_px')),
    head: meta.head,
    status: meta.status,
  };
}
