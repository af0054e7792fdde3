import { valueNoise } from './value-noise.js';

/** What an eye looks like; colours linear. */
export interface EyeLook {
  iris: [number, number, number];
  /** Radius of the pupil, metres. */
  pupil: number;
}

/** Radius of the iris, metres: nearly the same in all adults. */
const IRIS_RADIUS = 0.0059;

/** 0 below the edge, 1 above it, smooth over `width`. */
function edge(value: number, at: number, width: number): number {
  const t = Math.min(1, Math.max(0, (value - at) / width + 0.5));
  return t * t * (3 - 2 * t);
}

/**
 * Colour of an eyeball where a direction from its centre leaves it.
 *
 * @param x, y, z unit direction in the eye's rest frame; the eye looks along +z.
 * @param radius of the eyeball, metres.
 */
export function eyeColour(
  { iris, pupil }: EyeLook,
  x: number,
  y: number,
  z: number,
  radius: number,
  out: Float32Array,
): void {
  const distance = z > 0 ? Math.hypot(x, y) * radius : radius;
  const angle = Math.atan2(y, x);
  const fibre =
    0.65 + 0.6 * valueNoise(angle * 9, distance * 900, 3) + 0.25 * valueNoise(angle * 27, distance * 300, 7);
  const inIris = 1 - edge(distance, IRIS_RADIUS, 0.0006);
  const limbus = 1 - 0.75 * edge(distance, IRIS_RADIUS * 0.92, 0.0018);
  const collar = 1 + 0.5 * (1 - edge(distance, IRIS_RADIUS * 0.55, 0.0015));
  const inPupil = 1 - edge(distance, pupil, 0.0004);
  const redness = edge(distance, 0.011, 0.008);
  const sclera = [0.52 - 0.04 * redness, 0.48 - 0.14 * redness, 0.45 - 0.16 * redness];
  for (let a = 0; a < 3; a++) {
    const coloured = iris[a] * fibre * limbus * collar;
    out[a] = (sclera[a] + inIris * (coloured - sclera[a])) * (1 - inPupil) + 0.006 * inPupil;
  }
}
