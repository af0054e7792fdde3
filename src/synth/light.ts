import { type Random } from './random.js';

/** The light on a head; directions in the world frame. */
export interface Light {
  /** `[9, 3]` spherical harmonics of the irradiance over pi, per colour: bands 0, 1 and 2. */
  harmonics: Float64Array;
  /** `[3]` unit vector towards the key light, which casts the shadows. */
  keyDirection: Float64Array;
  /** `[3]` irradiance of the key light over pi. */
  keyColour: Float64Array;
}

/** The nine real spherical harmonics of bands 0 to 2 in a direction. */
export function harmonicBasis(x: number, y: number, z: number, out: Float64Array): void {
  out[0] = 0.282095;
  out[1] = 0.488603 * y;
  out[2] = 0.488603 * z;
  out[3] = 0.488603 * x;
  out[4] = 1.092548 * x * y;
  out[5] = 1.092548 * y * z;
  out[6] = 0.315392 * (3 * z * z - 1);
  out[7] = 1.092548 * x * z;
  out[8] = 0.546274 * (x * x - y * y);
}

/** Clamped-cosine convolution per coefficient, over pi (Ramamoorthi and Hanrahan 2001). */
const COSINE_LOBE = [1, 2 / 3, 2 / 3, 2 / 3, 1 / 4, 1 / 4, 1 / 4, 1 / 4, 1 / 4].map((value) => value * Math.PI);

/** Adds a far, small source; its irradiance over pi is `colour` on a surface that faces it. */
function addSource(harmonics: Float64Array, direction: ArrayLike<number>, colour: ArrayLike<number>): void {
  const basis = new Float64Array(9);
  harmonicBasis(direction[0], direction[1], direction[2], basis);
  for (let k = 0; k < 9; k++) for (let a = 0; a < 3; a++) harmonics[k * 3 + a] += COSINE_LOBE[k] * basis[k] * colour[a];
}

/** Unit vector at an azimuth from +z towards +x and an elevation, radians, turned by the head's rest into the world. */
function direction(azimuth: number, elevation: number, worldFromHead: ArrayLike<number>): Float64Array {
  const d = [Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation)];
  const R = worldFromHead;
  return Float64Array.from([0, 3, 6], (r) => R[r] * d[0] + R[r + 1] * d[1] + R[r + 2] * d[2]);
}

/** A colour between warm and cool white, of brightness 1. */
function tint(random: Random, amount: number): number[] {
  const warmth = amount * random.uniform(-1, 1);
  return [1 + warmth, 1, 1 - warmth];
}

/**
 * A seeded portrait light: a key light from above and one side, a fill from the other, a rim and an even sky.
 *
 * @param worldFromHead `[3, 3]` rotation of the head at rest.
 */
export function createLight(random: Random, worldFromHead: ArrayLike<number>): Light {
  const side = random.uniform() < 0.5 ? -1 : 1;
  const harmonics = new Float64Array(27);
  const scale = (colour: number[], brightness: number) => colour.map((value) => value * brightness);
  harmonics.set(scale(tint(random, 0.06), random.uniform(0.32, 0.45) / 0.282095), 0);
  const source = (azimuth: number, elevation: number, brightness: number) =>
    addSource(harmonics, direction(azimuth, elevation, worldFromHead), scale(tint(random, 0.1), brightness));
  source(-side * random.uniform(0.5, 1.3), random.uniform(-0.1, 0.5), random.uniform(0.12, 0.3));
  source(side * random.uniform(1.8, 2.6), random.uniform(0, 0.6), random.uniform(0, 0.25));
  source(random.uniform(-0.3, 0.3), 1.4, random.uniform(0.05, 0.2));
  return {
    harmonics,
    keyDirection: direction(side * random.uniform(0.25, 0.9), random.uniform(0.35, 0.8), worldFromHead),
    keyColour: Float64Array.from(scale(tint(random, 0.1), random.uniform(0.45, 0.75))),
  };
}
