import { type Camera } from '../../geometry/camera.js';
import { isObject, type JsonCalibration, type JsonObject } from './calibration-format.js';
import { makeCamera } from './make-camera.js';

const format = 'flowfit-calibration/1';
const metresPerUnit: Record<string, number> = { m: 1, cm: 0.01, mm: 0.001 };

/** Our own `calib.json`: units and pixel convention are stated in the file. */
export const flowfitCalibration: JsonCalibration = {
  name: 'calib.json',
  matches: ({ format: stated }) => typeof stated === 'string' && stated.startsWith('flowfit-calibration/'),
  parse(json, file) {
    if (json.format !== format) throw new Error(`${file}: expected the format ${format}, got ${json.format}.`);
    const { units = 'm', pixelCenter = 0.5, cameras } = json;
    const scale = metresPerUnit[String(units)];
    if (!scale) throw new Error(`${file}: expected units m, cm or mm, got ${JSON.stringify(units)}.`);
    if (pixelCenter !== 0 && pixelCenter !== 0.5) {
      throw new Error(`${file}: expected pixelCenter 0 or 0.5, got ${JSON.stringify(pixelCenter)}.`);
    }
    if (!isObject(cameras)) throw new Error(`${file}: expected 'cameras' with one entry per camera, got none.`);
    return Object.entries(cameras).map(([id, camera]) => {
      if (!isObject(camera)) throw new Error(`${file}: camera ${id}: expected its parameters, got ${typeof camera}.`);
      const { width, height, K, worldToCamera, distortion } = camera as JsonObject;
      const stated = { id, width, height, K, worldToCamera, distortion, pixelCenter, metresPerUnit: scale };
      return makeCamera(stated, file);
    });
  },
};

/** The text of a `calib.json`: metres, top-left pixel centre at 0.5. */
export function formatCalibration(cameras: Camera[]): string {
  const rows = (matrix: Float64Array, width: number, count: number) =>
    Array.from({ length: count }, (_, row) => [...matrix.subarray(row * width, (row + 1) * width)]);
  const entries = cameras.map(({ id, width, height, K, cameraFromWorld, distortion }) => [
    id,
    { width, height, K: rows(K, 3, 3), worldToCamera: rows(cameraFromWorld, 4, 3), distortion: [...distortion] },
  ]);
  const document = { format, units: 'm', pixelCenter: 0.5, cameras: Object.fromEntries(entries) };
  return `${JSON.stringify(document, null, 2)}\n`;
}
