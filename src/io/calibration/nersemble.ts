import { isObject, type JsonCalibration } from './calibration-format.js';
import { makeCamera } from './make-camera.js';

/** The size of NeRSemble's pictures where the file does not state it. */
const defaultSize = { width: 2200, height: 3208 };

/**
 * NeRSemble's `camera_params.json`: a world-to-camera matrix per serial number and one K for all, or one each; metres,
 * OpenCV's pixels.
 */
export const nersembleCalibration: JsonCalibration = {
  name: 'NeRSemble camera_params.json',
  matches: (json) => isObject(json.world_2_cam) && 'intrinsics' in json,
  parse({ world_2_cam: matrices, intrinsics, width, height }, file) {
    return Object.entries(matrices as Record<string, unknown>).map(([id, worldToCamera]) =>
      makeCamera(
        {
          id,
          width: width ?? defaultSize.width,
          height: height ?? defaultSize.height,
          K: isObject(intrinsics) ? intrinsics[id] : intrinsics,
          worldToCamera,
          pixelCenter: 0,
        },
        file,
      ),
    );
  },
};
