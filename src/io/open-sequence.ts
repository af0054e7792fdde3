import { basename, dirname, resolve } from 'node:path';
import { type Camera } from '../geometry/camera.js';
import { type Sequence } from '../geometry/sequence.js';
import { rescaleCamera } from './calibration/rescale-camera.js';
import { type CameraSource } from './sequence/camera-source.js';
import { type CameraFiles, findCameras } from './sequence/find-cameras.js';
import { openImageFiles } from './sequence/image-files.js';
import { type FrameRange, joinFrames } from './sequence/join-frames.js';
import { openVideoFile } from './sequence/video-file.js';

export interface OpenSequenceOptions {
  /** Calibrated cameras; each camera of the input must be among them. */
  cameras?: Camera[];
  /** Only these cameras of the input, in this order. */
  cameraIds?: string[];
  /** By position, as in a Python slice. */
  frames?: FrameRange;
  /** Photographs in no order of time. */
  unordered?: boolean;
}

/**
 * Opens the pictures of an image, a video, a folder of images, or a folder with one folder or video per camera.
 *
 * Cameras are joined by frame number; a camera that misses frames has a warning, one that shares no frame with another
 * is an error. The caller closes the sequence.
 */
export async function openSequence(path: string, options: OpenSequenceOptions = {}): Promise<Sequence> {
  const { cameras, cameraIds, frames, unordered = false } = options;
  const found = await findCameras(path);
  const files = chooseCameras(matchCalibration(found.cameras, cameras, path), cameraIds);
  const sources: CameraSource[] = [];
  const close = async () => void (await Promise.all(sources.map((source) => source.close())));
  try {
    for (const { id, images, video } of files) {
      sources.push(
        video
          ? await openVideoFile(id, video)
          : await openImageFiles(id, images!, { unordered, frameRate: found.frameRate }),
      );
    }
    const joined = joinFrames(sources, frames);
    return {
      cameraIds: sources.map(({ id }) => id),
      viewCount: sources.length,
      frameCount: joined.frameNumbers.length,
      frameNumbers: joined.frameNumbers,
      times: joined.times,
      imageSizes: sources.map(({ size }) => size),
      cameras: cameras && sources.map((source) => calibrated(source, cameras)),
      warnings: [...found.warnings, ...sources.flatMap(({ warnings }) => warnings), ...joined.warnings],
      read: async (frame, view) => sources[view].read(joined.frameNumbers[frame]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Gives each camera of the input its id in the calibration: its folder's or file's name, with or without `cam_` before
 * it. One camera alone is the calibration's only one whatever its name, and an image may be named by its folder.
 */
function matchCalibration(found: CameraFiles[], cameras: Camera[] | undefined, path: string): CameraFiles[] {
  if (!cameras) return found;
  const known = cameras.map(({ id }) => id);
  return found.map((files) => {
    const names = [files.id, files.id.replace(/^cam_/i, '')];
    if (found.length === 1) names.push(basename(dirname(resolve(path))), ...(known.length === 1 ? known : []));
    const id = names.find((name) => known.includes(name));
    if (id === undefined) {
      throw new Error(`camera ${files.id}: expected one of the calibration's cameras (${known.join(', ')}), got none.`);
    }
    return { ...files, id };
  });
}

function chooseCameras(found: CameraFiles[], ids: string[] | undefined): CameraFiles[] {
  return (ids ?? found.map(({ id }) => id)).map((id) => {
    const files = found.find((candidate) => candidate.id === id);
    if (!files) {
      throw new Error(`camera ${id}: expected one of ${found.map((candidate) => candidate.id).join(', ')}, got none.`);
    }
    return files;
  });
}

function calibrated({ id, size }: CameraSource, cameras: Camera[]): Camera {
  return rescaleCamera(
    cameras.find((camera) => camera.id === id)!,
    size.width,
    size.height,
  );
}
