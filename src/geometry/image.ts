/** An 8-bit RGB picture, row 0 at the top, three bytes a pixel; the centre of the top-left pixel is (0.5, 0.5). */
export interface RgbImage {
  width: number;
  height: number;
  /** `[height * width * 3]`, sRGB. */
  data: Uint8Array;
}
