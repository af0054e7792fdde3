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

/** The same skin a little lighter or darker, warmer or cooler, from a seed. */
export function recolourSkin(skin: Skin, random: Random): Skin {
  const brightness = Math.exp(random.uniform(-0.25, 0.2));
  const warmth = random.uniform(-0.06, 0.06);
  const gain = [brightness * (1 + warmth), brightness, brightness * (1 - warmth)];
  return { ...skin, data: skin.data.map((value, i) => Math.min(1, value * gain[i % 3])) };
}
