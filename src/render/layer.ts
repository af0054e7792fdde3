import { type RgbImage } from '../geometry/image.js';

/** A drawing with an opacity for each pixel. */
export interface Layer {
  width: number;
  height: number;
  /** `[H, W, 3]` in [0, 255], not multiplied by alpha. */
  colour: Float32Array;
  /** `[H, W]` in [0, 1]. */
  alpha: Float32Array;
}

/** A picture of one colour. */
export function plainImage(width: number, height: number, colour: [number, number, number]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3];
  return { width, height, data };
}

/** Puts a layer over a picture of the same size; the picture is left alone. */
export function composite(image: RgbImage, layer: Layer, opacity = 1): RgbImage {
  if (image.width !== layer.width || image.height !== layer.height) {
    const [expected, got] = [`${image.width}x${image.height}`, `${layer.width}x${layer.height}`];
    throw new Error(`composite: expected a layer of the picture's size ${expected}, got ${got}.`);
  }
  const data = Uint8Array.from(image.data);
  for (let pixel = 0; pixel < layer.alpha.length; pixel++) {
    const alpha = layer.alpha[pixel] * opacity;
    if (alpha === 0) continue;
    for (let i = pixel * 3; i < pixel * 3 + 3; i++) {
      data[i] = Math.round(image.data[i] + alpha * (layer.colour[i] - image.data[i]));
    }
  }
  return { ...image, data };
}

/** Averages blocks of `factor` by `factor` pixels, colours weighted by their opacity. */
export function shrinkLayer(layer: Layer, factor: number): Layer {
  const [width, height] = [layer.width / factor, layer.height / factor];
  const small = {
    width,
    height,
    colour: new Float32Array(width * height * 3),
    alpha: new Float32Array(width * height),
  };
  for (let pixel = 0; pixel < layer.alpha.length; pixel++) {
    const alpha = layer.alpha[pixel];
    if (alpha === 0) continue;
    const [row, column] = [Math.floor(pixel / layer.width), pixel % layer.width];
    const target = Math.floor(row / factor) * width + Math.floor(column / factor);
    small.alpha[target] += alpha;
    for (let a = 0; a < 3; a++) small.colour[target * 3 + a] += alpha * layer.colour[pixel * 3 + a];
  }
  for (let pixel = 0; pixel < small.alpha.length; pixel++) {
    const total = small.alpha[pixel];
    if (total === 0) continue;
    for (let a = 0; a < 3; a++) small.colour[pixel * 3 + a] /= total;
    small.alpha[pixel] = total / (factor * factor);
  }
  return small;
}
