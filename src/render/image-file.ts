import sharp from 'sharp';
import { type RgbImage } from '../geometry/image.js';

export interface EncodeImageOptions {
  format?: 'jpeg' | 'png';
  /** JPEG quality, 1 to 100; default 85. */
  quality?: number;
}

/** A sharp pipeline that starts from a picture in memory. */
function fromPixels({ width, height, data }: RgbImage) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The bytes of a picture file. */
export async function encodeImage(
  image: RgbImage,
  { format = 'jpeg', quality = 85 }: EncodeImageOptions = {},
): Promise<Uint8Array> {
  const pipeline = fromPixels(image);
  const encoded = format === 'png' ? pipeline.png() : pipeline.jpeg({ quality, chromaSubsampling: '4:4:4' });
  return encoded.toBuffer();
}

/** A picture at another size. */
export async function resizeImage(image: RgbImage, width: number, height: number): Promise<RgbImage> {
  if (width === image.width && height === image.height) return image;
  const data = await fromPixels(image).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  return { width, height, data: new Uint8Array(data) };
}
