import { type Camera } from '../../geometry/camera.js';
import { rotationDefect } from '../../geometry/rotation.js';

/** A camera as a file states it. */
export interface StatedCamera {
  id: string;
  /** Pixels. */
  width: unknown;
  height: unknown;
  /** `[3, 3]`, as rows or as one list. */
  K: unknown;
  /** World to camera, `[3, 4]` or `[4, 4]`, as rows or as one list; OpenCV axes. */
  worldToCamera: unknown;
  /** k1, k2, p1, p2, k3 and, if zero, further ones; none where absent. */
  distortion?: unknown;
  metresPerUnit?: number;
  /** Where the centre of the top-left pixel lies in the file's convention. */
  pixelCenter?: number;
}

const rotationTolerance = 1e-4;
const ourPixelCenter = 0.5;
const distortionCount = 5;

/** A checked camera in metres and our pixels; the error names the file and the camera. */
export function makeCamera(stated: StatedCamera, file: string): Camera {
  const where = `${file}: camera ${stated.id}`;
  const { metresPerUnit = 1, pixelCenter = ourPixelCenter } = stated;
  const [width, height] = [stated.width, stated.height].map(Number);
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new Error(`${where}: expected width and height in pixels, got ${stated.width} x ${stated.height}.`);
  }
  const K = numbers(stated.K, [9], `${where}: K`);
  if (!(K[0] > 0 && K[4] > 0) || K[3] !== 0 || K[6] !== 0 || K[7] !== 0 || K[8] !== 1) {
    throw new Error(
      `${where}: expected K = [[fx, s, cx], [0, fy, cy], [0, 0, 1]] with fx, fy > 0, got [${K.join(', ')}].`,
    );
  }
  K[2] += ourPixelCenter - pixelCenter;
  K[5] += ourPixelCenter - pixelCenter;
  return {
    id: stated.id,
    width,
    height,
    K,
    cameraFromWorld: extrinsics(stated.worldToCamera, metresPerUnit, where),
    distortion: distortionOf(stated.distortion, where),
  };
}

function extrinsics(value: unknown, metresPerUnit: number, where: string): Float64Array {
  const stated = numbers(value, [12, 16], `${where}: world-to-camera matrix`);
  const matrix = Float64Array.of(...stated.subarray(0, 12), 0, 0, 0, 1);
  for (const row of [0, 1, 2]) matrix[row * 4 + 3] *= metresPerUnit;
  if (stated.length === 16 && [12, 13, 14, 15].some((i) => stated[i] !== matrix[i])) {
    throw new Error(`${where}: expected the last row 0 0 0 1, got ${stated.subarray(12).join(' ')}.`);
  }
  const defect = rotationDefect([0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => matrix[i]));
  if (defect === Infinity) throw new Error(`${where}: expected a rotation of determinant +1, got a mirror or zero.`);
  if (defect > rotationTolerance) {
    throw new Error(
      `${where}: expected an orthonormal rotation to ${rotationTolerance}, got one that is ${defect.toPrecision(3)} off.`,
    );
  }
  return matrix;
}

function distortionOf(value: unknown, where: string): Float64Array {
  const result = new Float64Array(distortionCount);
  if (value === undefined || value === null) return result;
  const stated = numbers(value, undefined, `${where}: distortion`);
  if (stated.subarray(distortionCount).some((coefficient) => coefficient !== 0)) {
    throw new Error(`${where}: expected the distortion k1, k2, p1, p2, k3, got ${stated.length} coefficients.`);
  }
  result.set(stated.subarray(0, distortionCount));
  return result;
}

/** Finite numbers from a list or from rows. */
export function numbers(value: unknown, counts: number[] | undefined, where: string): Float64Array {
  const flat = Array.isArray(value) ? value.flat(2) : [];
  if (!Array.isArray(value) || (counts && !counts.includes(flat.length))) {
    throw new Error(`${where}: expected ${counts?.join(' or ') ?? 'a list of'} numbers, got ${describe(value, flat)}.`);
  }
  flat.forEach((entry, i) => {
    if (typeof entry !== 'number' || !Number.isFinite(entry)) {
      throw new Error(`${where}: expected finite numbers, got ${JSON.stringify(entry) ?? entry} at ${i}.`);
    }
  });
  return Float64Array.from(flat as number[]);
}

function describe(value: unknown, flat: unknown[]): string {
  return Array.isArray(value) ? String(flat.length) : value === undefined ? 'none' : typeof value;
}
