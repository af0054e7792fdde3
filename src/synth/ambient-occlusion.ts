import { type Raster } from '../geometry/rasterise.js';

/** Directions around a pixel and how far along the reach: three rings of four. */
const TAPS = Array.from({ length: 12 }, (_, k) => {
  const angle = (k * 2 * Math.PI) / 12 + Math.floor(k / 4) * 0.3;
  const reach = [1, 0.35, 0.65][k % 3];
  return [Math.cos(angle) * reach, Math.sin(angle) * reach];
});

/**
 * How open each pixel's surface is to the surrounding light, from the depths around it: 1 open, less in folds, under
 * lids and between lips.
 *
 * @param focal pixels.
 * @param radius how far to look, metres.
 * @returns `[H, W]` in [0, 1]; 1 where there is no surface.
 */
export function ambientOcclusion({ width, height, depth }: Raster, focal: number, radius = 0.008): Float32Array {
  const open = new Float32Array(depth.length).fill(1);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      const z = depth[pixel];
      if (z === Infinity) continue;
      const reach = (radius * focal) / z;
      let blocked = 0;
      for (let tap = 0; tap < TAPS.length; tap++) {
        const dx = Math.round(TAPS[tap][0] * reach);
        const dy = Math.round(TAPS[tap][1] * reach);
        const inside = Math.abs(dx) <= column && Math.abs(dy) <= row && column + Math.abs(dx) < width;
        if (!inside || row + Math.abs(dy) >= height) continue;
        const step = dy * width + dx;
        // How far the neighbour stands out over the plane through its opposite, so that slopes do not count.
        const rise = z - (depth[pixel + step] + depth[pixel - step]) / 2;
        if (rise > 0) blocked += Math.min(1, rise / (0.5 * radius)) * (rise < 4 * radius ? 1 : 0.5);
      }
      open[pixel] = 1 - Math.min(0.85, (1.2 * blocked) / TAPS.length);
    }
  }
  return open;
}
