import { type CameraSource } from './camera-source.js';
import { probeVideo } from './probe-video.js';
import { VideoFrames } from './video-frames.js';

/** File name endings of the videos that are looked for in a folder. */
export const videoEndings = ['mp4', 'mov', 'm4v', 'mkv', 'webm', 'avi', 'mpg', 'mpeg', 'mts', 'wmv'];

/** A video of one camera; its frames are numbered from 0. */
export async function openVideoFile(id: string, path: string): Promise<CameraSource> {
  const { width, height, frameCount, frameRate, uneven } = await probeVideo(path);
  const frames = new VideoFrames(path, { width, height });
  const warnings = uneven
    ? [
        `camera ${id}: the video's frames are unevenly spaced; they are timed as if at ${frameRate.toFixed(2)} a second.`,
      ]
    : [];
  return {
    id,
    frameNumbers: Array.from({ length: frameCount }, (_, i) => i),
    frameRate,
    size: { width, height },
    warnings,
    read: (frameNumber) => (frameNumber < frameCount ? frames.read(frameNumber) : Promise.resolve(undefined)),
    close: () => frames.close(),
  };
}
