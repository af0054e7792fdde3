import { basename } from 'node:path';
import { type RgbImage } from '../../geometry/image.js';
import { type CameraSource } from './camera-source.js';
import { numberFrames } from './frame-numbers.js';
import { numberingRate } from './multiface-folder.js';
import { readImage, readImageSize } from './read-image.js';

export interface ImageFilesOptions {
  /** Photographs in no order of time: each may have a size of its own. */
  unordered?: boolean;
  /** Frames per second where it is known; the clock of the frame numbers follows from their steps. */
  frameRate?: number;
}

/** Image files of one camera, in time order by the numbers in their names. */
export async function openImageFiles(
  id: string,
  paths: string[],
  { unordered = false, frameRate }: ImageFilesOptions = {},
): Promise<CameraSource> {
  const { files, byName } = numberFrames(paths);
  const warnings: string[] = [];
  if (!byName && paths.length > 1 && !unordered) {
    warnings.push(`camera ${id}: the file names do not number the frames; they are numbered by their order.`);
  }
  const sizes = await Promise.all(
    (unordered ? [...files.values()] : [...files.values()].slice(0, 1)).map(readImageSize),
  );
  const size = {
    width: Math.max(...sizes.map(({ width }) => width)),
    height: Math.max(...sizes.map(({ height }) => height)),
  };
  if (sizes.some(({ width, height }) => width !== size.width || height !== size.height)) {
    warnings.push(`the photographs differ in size: each is centred on ${size.width} x ${size.height} pixels.`);
  }
  return {
    id,
    frameNumbers: [...files.keys()],
    frameRate: frameRate && numberingRate([...files.keys()], frameRate),
    size,
    warnings,
    async read(frameNumber) {
      const path = files.get(frameNumber);
      if (path === undefined) return undefined;
      const image = await readImage(path);
      if (image.width === size.width && image.height === size.height) return image;
      if (unordered) return centred(image, size);
      throw new Error(
        `${basename(path)}: expected ${size.width} x ${size.height} pixels as the first picture of camera ${id}, ` +
          `got ${image.width} x ${image.height}.`,
      );
    },
    close: async () => undefined,
  };
}

/** The picture in the middle of a larger black one, so that its principal point stays in the middle. */
function centred({ width, height, data }: RgbImage, size: { width: number; height: number }): RgbImage {
  const result = new Uint8Array(size.width * size.height * 3);
  const left = Math.floor((size.width - width) / 2);
  const top = Math.floor((size.height - height) / 2);
  for (let row = 0; row < height; row++) {
    result.set(data.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * size.width + left) * 3);
  }
  return { ...size, data: result };
}
