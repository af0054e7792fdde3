import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Camera } from '../geometry/camera.js';
import { isObject, type JsonCalibration, type TextCalibration } from './calibration/calibration-format.js';
import { parseColmap } from './calibration/colmap.js';
import { flowfitCalibration } from './calibration/flowfit.js';
import { multifaceCalibration } from './calibration/multiface.js';
import { nerfCalibration } from './calibration/nerf-transforms.js';
import { nersembleCalibration } from './calibration/nersemble.js';
import { opencvJsonCalibration, opencvYamlCalibration } from './calibration/opencv.js';
import { readFileBytes } from './read-file.js';

export { formatCalibration } from './calibration/flowfit.js';
export { rescaleCamera } from './calibration/rescale-camera.js';

const jsonFormats: JsonCalibration[] = [
  flowfitCalibration,
  nersembleCalibration,
  nerfCalibration,
  opencvJsonCalibration,
];
const textFormats: TextCalibration[] = [opencvYamlCalibration, multifaceCalibration];
const colmapFiles = ['cameras.txt', 'images.txt'];

/**
 * Reads the cameras of a calibration file, its format told by its content: `calib.json`, NeRSemble, NeRF
 * `transforms.json`, OpenCV JSON or YAML, Multiface `KRT`, or a folder with COLMAP's text model.
 *
 * @returns metres, OpenCV axes, the top-left pixel's centre at (0.5, 0.5).
 */
export async function readCalibration(path: string): Promise<Camera[]> {
  const cameras = await readCameras(path);
  if (cameras.length === 0) throw new Error(`${path}: expected at least one camera, got none.`);
  return cameras;
}

async function readCameras(path: string): Promise<Camera[]> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isFolder || colmapFiles.includes(basename(path))) {
    const folder = isFolder ? path : dirname(path);
    const [cameras, images] = await Promise.all(colmapFiles.map((name) => readText(join(folder, name))));
    return parseColmap(cameras, images, folder);
  }
  const text = await readText(path);
  const format = textFormats.find(({ matches }) => matches(text));
  return format ? format.parse(text, path) : parseJson(text, path);
}

function parseJson(text: string, path: string): Camera[] {
  const json = readJson(text);
  const format = isObject(json) ? jsonFormats.find(({ matches }) => matches(json)) : undefined;
  if (!isObject(json) || !format) {
    const names = [...jsonFormats, ...textFormats].map(({ name }) => name).join(', ');
    throw new Error(`${path}: expected a calibration (${names} or a COLMAP folder), got something else.`);
  }
  return format.parse(json, path);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readFileBytes(path));
}
