/** A pseudo-random value in [0, 1) for a cell of a lattice. */
function cellValue(x: number, y: number, z: number): number {
  let bits = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(z, 0x1b873593);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
}

/** Smooth noise in [0, 1) with features of about one unit. */
export function valueNoise(x: number, y: number, z = 0): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const ease = (t: number) => t * t * (3 - 2 * t);
  const [fx, fy, fz] = [ease(x - i), ease(y - j), ease(z - k)];
  const mix = (a: number, b: number, t: number) => a + (b - a) * t;
  const line = (y0: number, z0: number) => mix(cellValue(i, y0, z0), cellValue(i + 1, y0, z0), fx);
  const plane = (z0: number) => mix(line(j, z0), line(j + 1, z0), fy);
  return mix(plane(k), plane(k + 1), fz);
}

/** Several octaves of noise, each half the size and strength; in [0, 1). */
export function fractalNoise(x: number, y: number, z: number, octaves: number): number {
  let [sum, total] = [0, 0];
  for (let octave = 0, scale = 1; octave < octaves; octave++, scale *= 2) {
    sum += valueNoise(x * scale + 17 * octave, y * scale, z * scale) / scale;
    total += 1 / scale;
  }
  return sum / total;
}
