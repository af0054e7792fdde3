import { type RgbImage } from '../geometry/image.js';
import { drawText, GLYPH_HEIGHT } from './bitmap-font.js';
import { resizeImage } from './image-file.js';
import { pasteImage } from './join-images.js';
import { plainImage } from './layer.js';

export interface ContactSheetOptions {
  /** Pictures in a row; default the square root of their number, rounded up. */
  columns?: number;
  /** Greatest width of the sheet, pixels; default 1600. */
  maxWidth?: number;
}

const GAP = 4;
const LABEL_SCALE = 2;
const LABEL_HEIGHT = GLYPH_HEIGHT * LABEL_SCALE + 6;

/** Many small labelled pictures in a grid whose cells have the shape of the first; others are fitted into theirs. */
export async function contactSheet(
  pictures: { image: RgbImage; label: string }[],
  { columns = Math.ceil(Math.sqrt(pictures.length)), maxWidth = 1600 }: ContactSheetOptions = {},
): Promise<RgbImage> {
  if (pictures.length === 0) throw new Error('contactSheet: expected at least one picture, got none.');
  const first = pictures[0].image;
  const width = Math.max(1, Math.min(first.width, Math.floor((maxWidth - GAP) / columns) - GAP));
  const height = Math.max(1, Math.round((first.height * width) / first.width));
  const rows = Math.ceil(pictures.length / columns);
  const [cellWidth, cellHeight] = [width + GAP, height + LABEL_HEIGHT + GAP];
  const sheet = plainImage(columns * cellWidth + GAP, rows * cellHeight + GAP, [24, 25, 28]);
  for (const [index, { image, label }] of pictures.entries()) {
    const left = GAP + (index % columns) * cellWidth;
    const top = GAP + Math.floor(index / columns) * cellHeight;
    const scale = Math.min(width / image.width, height / image.height);
    const [fitWidth, fitHeight] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
    const small = await resizeImage(image, fitWidth, fitHeight);
    const [dx, dy] = [Math.floor((width - fitWidth) / 2), Math.floor((height - fitHeight) / 2)];
    pasteImage(sheet, small, left + dx, top + LABEL_HEIGHT + dy);
    const line = plainImage(width, LABEL_HEIGHT, [24, 25, 28]);
    drawText(line, label, 2, 3, { scale: LABEL_SCALE });
    pasteImage(sheet, line, left, top);
  }
  return sheet;
}
