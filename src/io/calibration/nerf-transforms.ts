import { type Camera } from '../../geometry/camera.js';
import { isObject, type JsonCalibration, type JsonObject } from './calibration-format.js';
import { makeCamera, numbers } from './make-camera.js';

const poseTolerance = 1e-4;

/**
 * NeRF's `transforms.json`: a camera-to-world matrix per picture, OpenGL axes (y up, z backward), our pixels.
 *
 * Frames of one `camera_id` (or `camera_index`) are one camera, which must not move; without either, every picture is a
 * camera of its own, called after its file.
 */
export const nerfCalibration: JsonCalibration = {
  name: 'NeRF transforms.json',
  matches: ({ frames }) =>
    Array.isArray(frames) && frames.every((frame) => isObject(frame) && 'transform_matrix' in frame),
  parse(json, file) {
    const cameras = new Map<string, Camera>();
    for (const frame of json.frames as JsonObject[]) {
      const camera = frameCamera(json, frame, file);
      const known = cameras.get(camera.id);
      if (known?.cameraFromWorld.some((value, i) => Math.abs(value - camera.cameraFromWorld[i]) > poseTolerance)) {
        throw new Error(`${file}: camera ${camera.id}: expected a camera that stands still, got one that moves.`);
      }
      if (!known) cameras.set(camera.id, camera);
    }
    return [...cameras.values()];
  },
};

function frameCamera(json: JsonObject, frame: JsonObject, file: string): Camera {
  const stated = { ...json, ...frame };
  const id = String(frame.camera_id ?? frame.camera_index ?? fileStem(String(frame.file_path)));
  const number = (key: string, otherwise: number) => Number(stated[key] ?? otherwise);
  const [width, height] = [stated.w, stated.h];
  const fx = number('fl_x', (0.5 * Number(width)) / Math.tan(0.5 * Number(stated.camera_angle_x)));
  const angleY = stated.camera_angle_y;
  const fy = number('fl_y', angleY === undefined ? fx : (0.5 * Number(height)) / Math.tan(0.5 * Number(angleY)));
  const K = [fx, 0, number('cx', Number(width) / 2), 0, fy, number('cy', Number(height) / 2), 0, 0, 1];
  const distortion = ['k1', 'k2', 'p1', 'p2', 'k3', 'k4'].map((key) => number(key, 0));
  const matrix = numbers(frame.transform_matrix, [12, 16], `${file}: camera ${id}: transform_matrix`);
  return makeCamera({ id, width, height, K, worldToCamera: worldToCamera(matrix), distortion }, file);
}

/** Inverts a rigid camera-to-world matrix and turns the axes: y down, z forward. */
function worldToCamera(m: Float64Array): number[] {
  const sign = [1, -1, -1];
  return [0, 1, 2].flatMap((axis) => {
    const row = [0, 1, 2].map((k) => sign[axis] * m[k * 4 + axis]);
    return [...row, -row.reduce((sum, value, k) => sum + value * m[k * 4 + 3], 0)];
  });
}

function fileStem(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '');
}
