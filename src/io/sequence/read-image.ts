import sharp from 'sharp';
import { type RgbImage } from '../../geometry/image.js';
import { fileProblem, readFileBytes } from '../read-file.js';

/** File name endings of the pictures that can be read. */
export const imageEndings = ['jpg', 'jpeg', 'png', 'webp', 'tif', 'tiff', 'avif'];

/** Decodes a picture: upright by its EXIF orientation, 8 bits a channel, sRGB, on white where it is transparent. */
export async function readImage(path: string): Promise<RgbImage> {
  const bytes = await readFileBytes(path);
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Width and height of a picture as it will be decoded, from its header alone. */
export async function readImageSize(path: string): Promise<{ width: number; height: number }> {
  try {
    const { autoOrient } = await sharp(path, { failOn: 'error' }).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Error {
  const reason = fileProblem(error).replace(/\s+/g, ' ').replace(/\.$/, '').trim();
  return new Error(`cannot read the image ${path}: ${reason}.`, { cause: error });
}
