import { type RgbImage } from '../geometry/image.js';

/** A picture of light, not of pixel codes. */
export interface Texture {
  width: number;
  height: number;
  /** `[H, W, 3]` linear, 0 to 1, row 0 at the top. */
  data: Float32Array;
}

const LINEAR = Float32Array.from({ length: 256 }, (_, code) => {
  const value = code / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Linear light of an sRGB code, 0 to 255. */
export function linearFromCode(code: number): number {
  return LINEAR[code];
}

const CODES = Uint8Array.from({ length: 4097 }, (_, step) => {
  const value = step / 4096;
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
});

/** The sRGB code of linear light; clipped to 0 and 1. */
export function codeFromLinear(value: number): number {
  return CODES[Math.round(4096 * Math.min(1, Math.max(0, value)))];
}

/** A texture of an sRGB picture. */
export function textureFromImage({ width, height, data }: RgbImage): Texture {
  const linear = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) linear[i] = LINEAR[data[i]];
  return { width, height, data: linear };
}

/** Reads a texture between its texel centres; u right, v up, clamped at the sides. */
export function sampleTexture({ width, height, data }: Texture, u: number, v: number, out: Float32Array): void {
  const x = Math.min(width - 1, Math.max(0, u * width - 0.5));
  const y = Math.min(height - 1, Math.max(0, (1 - v) * height - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  for (let a = 0; a < 3; a++) {
    const upper = data[(top * width + left) * 3 + a] * (1 - fx) + data[(top * width + right) * 3 + a] * fx;
    const lower = data[(bottom * width + left) * 3 + a] * (1 - fx) + data[(bottom * width + right) * 3 + a] * fx;
    out[a] = upper * (1 - fy) + lower * fy;
  }
}
