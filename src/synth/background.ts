import { type Random } from './random.js';
import { type Texture } from './texture.js';
import { fractalNoise } from './value-noise.js';

/** A random muted colour, linear. */
function mutedColour(random: Random, brightness: number): [number, number, number] {
  const base = brightness * random.uniform(0.6, 1.4);
  return [0, 1, 2].map(() => base * random.uniform(0.75, 1.25)) as [number, number, number];
}

/** An out-of-focus thing: a disc or an upright bar, with a soft side. */
interface Blob {
  x: number;
  y: number;
  /** Half width and height, in units of the picture's height; a disc has none of the latter. */
  width: number;
  height: number;
  softness: number;
  opacity: number;
  colour: [number, number, number];
}

function createBlob(random: Random): Blob {
  const bar = random.uniform() < 0.4;
  return {
    x: random.uniform(-0.1, 1.4),
    y: bar ? random.uniform(0, 1) : random.uniform(-0.1, 1.1),
    width: random.uniform(0.03, bar ? 0.15 : 0.25),
    height: bar ? random.uniform(0.3, 1) : 0,
    softness: random.uniform(0.01, 0.1),
    opacity: random.uniform(0.2, 0.8),
    colour: mutedColour(random, random.uniform() < 0.2 ? 0.8 : 0.25),
  };
}

/** How much of a blob covers a place. */
function blobCover({ x, y, width, height, softness, opacity }: Blob, atX: number, atY: number): number {
  const [dx, dy] = [Math.abs(atX - x), Math.abs(atY - y)];
  const distance = height > 0 ? Math.max(dx - width, dy - height) : Math.hypot(dx, dy) - width;
  return opacity * Math.min(1, Math.max(0, 0.5 - distance / softness));
}

/** A seeded background like a photograph's: a wall that shades off, things out of focus, a little grain. */
export function createBackground(random: Random, width: number, height: number): Texture {
  const [top, bottom] = [mutedColour(random, 0.35), mutedColour(random, 0.25)];
  const blobs = Array.from({ length: 4 + random.integer(10) }, () => createBlob(random));
  const [lean, offset, roughness] = [random.uniform(-0.4, 0.4), random.uniform(0, 100), random.uniform(0.1, 0.5)];
  const data = new Float32Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column / height, row / height];
      const shade = Math.min(1, Math.max(0, y + lean * (x - 0.5)));
      const grain = 1 + roughness * (fractalNoise(3 * x + offset, 3 * y, 0, 5) - 0.5);
      const pixel = (row * width + column) * 3;
      for (let a = 0; a < 3; a++) data[pixel + a] = (top[a] + (bottom[a] - top[a]) * shade) * grain;
      for (const blob of blobs) {
        const cover = blobCover(blob, x, y);
        for (let a = 0; a < 3 && cover > 0; a++) data[pixel + a] += cover * (blob.colour[a] - data[pixel + a]);
      }
    }
  }
  return { width, height, data };
}
