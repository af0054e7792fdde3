import sharp from 'sharp';
import { type RgbImage } from '../geometry/image.js';
import { type Random } from './random.js';

export interface Degradations {
  /** Standard deviation of a Gaussian blur, pixels; default 0. */
  blur?: number;
  /** Standard deviation of sensor noise in mid-grey, codes of 255; default 0. */
  noise?: number;
  /** Quality of a JPEG the picture has been through, 1 to 100; default none. */
  jpegQuality?: number;
}

/** Adds noise that grows with the brightness, as a sensor's does. */
function addNoise({ width, height, data }: RgbImage, noise: number, random: Random): RgbImage {
  const noisy = Uint8Array.from(data, (code) => {
    const sigma = noise * (0.5 + code / 255);
    return Math.min(255, Math.max(0, Math.round(code + sigma * random.normal())));
  });
  return { width, height, data: noisy };
}

/** A picture as a worse camera would have taken it. */
export async function degrade(
  image: RgbImage,
  { blur = 0, noise = 0, jpegQuality }: Degradations,
  random: Random,
): Promise<RgbImage> {
  const { width, height } = image;
  const raw = { width, height, channels: 3 as const };
  let { data } = image;
  if (blur >= 0.3) data = new Uint8Array(await sharp(data, { raw }).blur(blur).raw().toBuffer());
  if (noise > 0) data = addNoise({ width, height, data }, noise, random).data;
  if (jpegQuality) {
    const jpeg = await sharp(data, { raw }).jpeg({ quality: jpegQuality }).toBuffer();
    data = new Uint8Array(await sharp(jpeg).raw().toBuffer());
  }
  return { width, height, data };
}
