import sharp from 'sharp';
import { type Random } from './random.js';
import { type Texture, textureFromImage } from './texture.js';

/** Colour of a person's skin in a named UV layout. */
export interface Skin extends Texture {
  layout: string;
}

/** Reads a skin from an encoded picture. */
export async function decodeSkin(bytes: Uint8Array, layout: string): Promise<Skin> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { ...textureFromImage({ width: info.width, height: info.height, data: new Uint8Array(data) }), layout };
}

/** The same skin a little lighter or darker, warmer or cooler, more or less colourful, from a seed. */
export function recolourSkin(skin: Skin, random: Random): Skin {
  const brightness = Math.exp(random.uniform(-0.12, 0.2));
  const warmth = random.uniform(-0.04, 0.04);
  const colourfulness = random.uniform(0.7, 0.95);
  const gain = [brightness * (1 + warmth), brightness, brightness * (1 - warmth)];
  const data = new Float32Array(skin.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const grey = 0.2126 * skin.data[i] + 0.7152 * skin.data[i + 1] + 0.0722 * skin.data[i + 2];
    for (let a = 0; a < 3; a++) {
      data[i + a] = Math.min(1, gain[a] * (grey + colourfulness * (skin.data[i + a] - grey)));
    }
  }
  return { ...skin, data };
}

/** Mean brightness of the painted part of a skin, linear. */
export function skinBrightness({ data }: Skin): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] + data[i + 1] + data[i + 2] < 0.01) continue;
    sum += (data[i] + data[i + 1] + data[i + 2]) / 3;
    count++;
  }
  return sum / Math.max(1, count);
}
