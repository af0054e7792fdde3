import { type RgbImage } from '../geometry/image.js';

/** Glyphs five pixels wide and seven high; a row is one base-32 digit, its highest bit the leftmost pixel. */
const GLYPHS: Record<string, string> = {
  ' ': '0000000',
  '0': 'ehjlphe',
  '1': '4c4444e',
  '2': 'eh1248v',
  '3': 'v2421he',
  '4': '26aiv22',
  '5': 'vgu11he',
  '6': '68guhhe',
  '7': 'v124888',
  '8': 'ehhehhe',
  '9': 'ehhf12c',
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'sihhhis',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  '-': '000v000',
  _: '000000v',
  '.': '00000cc',
  ',': '0000c48',
  ':': '0cc0cc0',
  '/': '01248g0',
  '%': 'op248j3',
  '(': '2488842',
  ')': '8422248',
  '+': '044v440',
  '=': '00v0v00',
  '#': 'aavavaa',
  "'": 'cc48000',
};

export const GLYPH_WIDTH = 6;
export const GLYPH_HEIGHT = 7;

/** Whether a pixel of a character is ink; letters are drawn as capitals, unknown characters as a box. */
function ink(character: string, row: number, column: number): boolean {
  const glyph = GLYPHS[character.toUpperCase()] ?? 'vhhhhhv';
  return column < 5 && (parseInt(glyph[row], 32) >> (4 - column)) % 2 === 1;
}

/**
 * Writes a line of text into a picture, in place; what does not fit is cut off.
 *
 * @param left, top pixels.
 * @param scale size of a font pixel, pixels.
 */
export function drawText(
  image: RgbImage,
  text: string,
  left: number,
  top: number,
  { scale = 2, colour = [255, 255, 255] }: { scale?: number; colour?: [number, number, number] } = {},
): void {
  for (let y = 0; y < GLYPH_HEIGHT * scale; y++) {
    for (let x = 0; x < text.length * GLYPH_WIDTH * scale; x++) {
      const column = Math.floor(x / scale);
      const character = text[Math.floor(column / GLYPH_WIDTH)];
      const inside = left + x >= 0 && left + x < image.width && top + y >= 0 && top + y < image.height;
      if (!inside || !ink(character, Math.floor(y / scale), column % GLYPH_WIDTH)) continue;
      image.data.set(colour, ((top + y) * image.width + left + x) * 3);
    }
  }
}
