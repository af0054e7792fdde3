import { type Camera } from '../geometry/camera.js';
import { type Raster } from '../geometry/rasterise.js';
import { ambientOcclusion } from './ambient-occlusion.js';
import { SURFACE, type Appearance } from './appearance.js';
import { eyeColour } from './eye-texture.js';
import { strokeCover } from './face-strokes.js';
import { harmonicBasis, type Light } from './light.js';
import { sampleTexture } from './texture.js';
import { fractalNoise, valueNoise } from './value-noise.js';

/** A posed head with its bust, ready to be shaded; V vertices of the head come first. */
export interface ShadedGeometry {
  /** `[V + B, 3]` metres, world frame. */
  vertices: ArrayLike<number>;
  /** `[V + B, 3]` unit, world frame. */
  normals: ArrayLike<number>;
  /** `[T + D, 3]`. */
  faces: ArrayLike<number>;
  /** How much of the key light reaches a world point. */
  litShare: (x: number, y: number, z: number) => number;
}

/** Strength and sharpness of the highlight on each surface. */
const GLOSS: Record<number, [strength: number, exponent: number]> = {
  [SURFACE.skin]: [0.045, 22],
  [SURFACE.eye]: [0.9, 350],
  [SURFACE.teeth]: [0.12, 60],
  [SURFACE.tongue]: [0.1, 30],
  [SURFACE.mouth]: [0.05, 30],
  [SURFACE.cloth]: [0, 1],
};
const TEETH = [0.75, 0.68, 0.55];
const TONGUE = [0.42, 0.16, 0.14];
const MOUTH = [0.26, 0.075, 0.065];

/** One pixel's place on the surface. */
interface Sample {
  face: number;
  weights: [number, number, number];
}

/** Interpolates a `[V, 3]` quantity. */
function blend(
  values: ArrayLike<number>,
  faces: ArrayLike<number>,
  { face, weights }: Sample,
  out: Float64Array,
): void {
  const [a, b, c] = [faces[face * 3] * 3, faces[face * 3 + 1] * 3, faces[face * 3 + 2] * 3];
  for (let k = 0; k < 3; k++)
    out[k] = weights[0] * values[a + k] + weights[1] * values[b + k] + weights[2] * values[c + k];
}

/** Mixes a colour into another, in place. */
function mixInto(colour: Float32Array, other: ArrayLike<number>, share: number): void {
  for (let a = 0; a < 3; a++) colour[a] += share * (other[a] - colour[a]);
}

/** Skin with its paint: texture or plain tone, stubble on the scalp, brows and lashes. */
function skinColour(
  look: Appearance,
  faces: ArrayLike<number>,
  sample: Sample,
  rest: Float64Array,
  out: Float32Array,
): void {
  const { face, weights } = sample;
  const [x, y, z] = rest;
  if (look.skin) {
    const { uv, uvFaces } = look.skin.layout;
    let [u, v] = [0, 0];
    for (let k = 0; k < 3; k++) {
      u += weights[k] * uv[uvFaces[face * 3 + k] * 2];
      v += weights[k] * uv[uvFaces[face * 3 + k] * 2 + 1];
    }
    sampleTexture(look.skin.texture, u, v, out);
  } else {
    const blotch = 0.85 + 0.3 * fractalNoise(x * 60, y * 60, z * 60, 3);
    for (let a = 0; a < 3; a++) out[a] = look.skinTone[a] * blotch;
  }
  let hair = 0;
  for (let k = 0; k < 3; k++) hair += weights[k] * look.hairCover[faces[face * 3 + k]];
  if (hair > 0.02) {
    const grain = fractalNoise(x * 900, y * 900, z * 900, 2);
    const cover = Math.min(1, Math.max(0, (hair - 0.45 + 0.35 * (valueNoise(x * 250, y * 250, z * 250) - 0.5)) * 4));
    mixInto(out, look.hairColour, cover * (0.6 + 0.4 * grain));
  }
  for (const stroke of look.strokes) {
    const cover = strokeCover(stroke, x, y, z);
    if (cover <= 0) continue;
    const hairs = 1 - stroke.sparseness * valueNoise(x * 1400 + y * 500, y * 900, z * 300);
    mixInto(out, look.hairColour, cover * hairs);
  }
}

/** Colour of the surface under a pixel, before light; returns its gloss class. */
function surfaceColour(
  look: Appearance,
  faces: ArrayLike<number>,
  sample: Sample,
  scratch: Float64Array,
  out: Float32Array,
): number {
  const surface = look.surfaces[sample.face] ?? SURFACE.cloth;
  if (surface === SURFACE.cloth) {
    out.set(look.clothColour);
    return surface;
  }
  if (surface === SURFACE.eye) {
    blend(look.eyeDirections, faces, sample, scratch);
    const length = Math.hypot(scratch[0], scratch[1], scratch[2]);
    eyeColour(look.eyeLook, scratch[0] / length, scratch[1] / length, scratch[2] / length, look.eyeRadius, out);
    return surface;
  }
  blend(look.rest, faces, sample, scratch);
  if (surface === SURFACE.skin) {
    skinColour(look, faces, sample, scratch, out);
  } else {
    out.set(surface === SURFACE.teeth ? TEETH : surface === SURFACE.tongue ? TONGUE : MOUTH);
    const depth = Math.min(1, Math.max(0, 1 - (look.lipDepth - scratch[2] - 0.006) / 0.05));
    for (let a = 0; a < 3; a++) out[a] *= 0.15 + 0.85 * depth * depth;
  }
  return surface;
}

/** Camera centre in the world frame. */
function cameraCentre(m: ArrayLike<number>): number[] {
  return [0, 1, 2].map((a) => -(m[a] * m[3] + m[4 + a] * m[7] + m[8 + a] * m[11]));
}

/**
 * Shades every covered pixel: surface colour under harmonic light with ambient occlusion, a shadowed key light and its
 * highlight.
 *
 * @returns `[H, W, 3]` linear light; 0 where there is no surface.
 */
export function shade(
  raster: Raster,
  { vertices, normals, faces, litShare }: ShadedGeometry,
  camera: Camera,
  look: Appearance,
  { harmonics, keyDirection, keyColour }: Light,
): Float32Array {
  const open = ambientOcclusion(raster, camera.K[0]);
  const eye = cameraCentre(camera.cameraFromWorld);
  const light = new Float32Array(raster.faceIndex.length * 3);
  const [position, normal, scratch, basis] = [3, 3, 3, 9].map((size) => new Float64Array(size));
  const albedo = new Float32Array(3);
  const sample: Sample = { face: 0, weights: [0, 0, 0] };
  for (let pixel = 0; pixel < raster.faceIndex.length; pixel++) {
    const face = raster.faceIndex[pixel];
    if (face < 0) continue;
    const at = pixel * 3;
    sample.face = face;
    for (let k = 0; k < 3; k++) sample.weights[k] = raster.barycentric[at + k];
    const surface = surfaceColour(look, faces, sample, scratch, albedo);
    blend(vertices, faces, sample, position);
    blend(normals, faces, sample, normal);
    const length = Math.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2) || 1;
    const [nx, ny, nz] = [normal[0] / length, normal[1] / length, normal[2] / length];
    harmonicBasis(nx, ny, nz, basis);
    const [px, py, pz] = position;
    const facing = nx * keyDirection[0] + ny * keyDirection[1] + nz * keyDirection[2];
    const share = facing > 0 ? litShare(px, py, pz) : 0;
    const key = share * facing;
    const [vx, vy, vz] = [eye[0] - px, eye[1] - py, eye[2] - pz];
    const viewLength = Math.sqrt(vx * vx + vy * vy + vz * vz);
    const hx = vx / viewLength + keyDirection[0];
    const hy = vy / viewLength + keyDirection[1];
    const hz = vz / viewLength + keyDirection[2];
    const along = (hx * nx + hy * ny + hz * nz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
    const [strength, exponent] = GLOSS[surface];
    const highlight = share > 0 ? share * strength * Math.max(0, along) ** exponent : 0;
    for (let a = 0; a < 3; a++) {
      let ambient = 0;
      for (let k = 0; k < 9; k++) ambient += basis[k] * harmonics[k * 3 + a];
      const diffuse = Math.max(0, ambient) * open[pixel] + key * keyColour[a] * (0.5 + 0.5 * open[pixel]);
      light[at + a] = albedo[a] * diffuse + highlight * keyColour[a] * open[pixel];
    }
  }
  return light;
}
