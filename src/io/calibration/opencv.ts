import { type Camera } from '../../geometry/camera.js';
import { rotationFromAxisAngle } from '../../geometry/rotation.js';
import { isObject, type JsonCalibration, type JsonObject, type TextCalibration } from './calibration-format.js';
import { makeCamera, numbers } from './make-camera.js';

/** What OpenCV's samples and its users call the same thing. */
const keys = {
  K: ['camera_matrix', 'cameraMatrix', 'Camera_Matrix', 'K', 'M1'],
  distortion: ['distortion_coefficients', 'dist_coeffs', 'distCoeffs', 'Distortion_Coefficients', 'D', 'D1'],
  width: ['image_width', 'image_Width', 'width'],
  height: ['image_height', 'image_Height', 'height'],
  rotation: ['R', 'rotation_matrix', 'rvec'],
  translation: ['T', 't', 'translation_vector', 'tvec'],
};

/** OpenCV's FileStorage as JSON: one camera, or the two of a stereo calibration; metres, OpenCV's pixels. */
export const opencvJsonCalibration: JsonCalibration = {
  name: 'OpenCV JSON',
  matches: (json) => keys.K.some((key) => isObject(json[key]) || Array.isArray(json[key])),
  parse: parseOpencv,
};

/** The same as YAML, also as ROS writes it. */
export const opencvYamlCalibration: TextCalibration = {
  name: 'OpenCV YAML',
  matches: (text) => /^%YAML/.test(text) || /!!opencv-matrix|^camera_matrix\s*:/m.test(text),
  parse: (text, file) => parseOpencv(parseFileStorage(text), file),
};

function parseOpencv(json: JsonObject, file: string): Camera[] {
  const find = (names: string[]) => names.map((name) => json[name]).find((value) => value !== undefined);
  const size = Array.isArray(json.image_size) ? json.image_size : [];
  const common = { width: find(keys.width) ?? size[0], height: find(keys.height) ?? size[1], pixelCenter: 0 };
  const pose = extrinsics(find(keys.rotation), find(keys.translation), file);
  const identity = extrinsics(undefined, undefined, file);
  if (json.M2 !== undefined) {
    const left = { ...common, id: 'left', K: matrix(json.M1), distortion: matrix(json.D1), worldToCamera: identity };
    const right = { ...common, id: 'right', K: matrix(json.M2), distortion: matrix(json.D2), worldToCamera: pose };
    return [makeCamera(left, file), makeCamera(right, file)];
  }
  const id = String(json.camera_name ?? file.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, ''));
  const stated = { ...common, id, K: matrix(find(keys.K)), distortion: matrix(find(keys.distortion)) };
  return [makeCamera({ ...stated, worldToCamera: pose }, file)];
}

/** A matrix is a list, or an object with its values in `data`. */
function matrix(value: unknown): unknown {
  return isObject(value) ? value.data : value;
}

/** World to camera from a rotation, as a matrix or a vector, and a translation; the identity without them. */
function extrinsics(rotation: unknown, translation: unknown, file: string): number[] {
  const stated = rotation === undefined ? [0, 0, 0] : numbers(matrix(rotation), [3, 9], `${file}: rotation`);
  const R = stated.length === 9 ? stated : rotationFromAxisAngle(stated);
  const t = translation === undefined ? [0, 0, 0] : numbers(matrix(translation), [3], `${file}: translation`);
  return [0, 1, 2].flatMap((row) => [R[row * 3], R[row * 3 + 1], R[row * 3 + 2], t[row]]);
}

/** OpenCV's YAML holds scalars, lists of numbers and matrices at the top level; nothing else is read. */
function parseFileStorage(text: string): JsonObject {
  const result: JsonObject = {};
  for (const block of text.split(/\n(?=[\w-]+\s*:)/)) {
    const [, key, value] = /^([\w-]+)\s*:\s*([\s\S]*)$/.exec(block.trim()) ?? [];
    if (key === undefined) continue;
    const list = /\[([\s\S]*)\]/.exec(value)?.[1];
    if (list !== undefined) result[key] = list.split(',').map((entry) => Number(entry.trim()));
    else result[key] = Number.isNaN(Number(value)) ? value.replace(/^"(.*)"$/s, '$1').trim() : Number(value);
  }
  return result;
}
