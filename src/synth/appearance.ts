import { type HeadModel, type UvLayout } from '../flame/head-model.js';
import { regressJoints, shapeHead } from '../flame/pose-head.js';
import { type EyeLook } from './eye-texture.js';
import { createFaceStrokes, type FaceStroke } from './face-strokes.js';
import { type Random } from './random.js';
import { type Skin, skinBrightness } from './skin.js';

/** What a triangle is made of. */
export const SURFACE = { skin: 0, eye: 1, teeth: 2, tongue: 3, mouth: 4, cloth: 5 } as const;

/** Everything about a person's looks that does not move; V vertices, T triangles of the head. Colours linear. */
export interface Appearance {
  /** `[V, 3]` the person's head at rest, metres, head frame. */
  rest: Float64Array;
  /** `[T]` values of {@link SURFACE}. */
  surfaces: Uint8Array;
  /** `[V, 3]` direction from the eyeball's centre to each vertex, in eyeball radii; only of eyeballs. */
  eyeDirections: Float32Array;
  eyeRadius: number;
  eyeLook: EyeLook;
  skin?: { texture: Skin; layout: UvLayout };
  skinTone: [number, number, number];
  /** `[V]` how much hair covers the skin, 0 to 1. */
  hairCover: Float32Array;
  hairColour: [number, number, number];
  strokes: FaceStroke[];
  clothColour: [number, number, number];
  /** Front of the lips, metres, head frame at rest: what lies behind is darker. */
  lipDepth: number;
}

/** From dark to light. */
const IRISES: [number, number, number][] = [
  [0.045, 0.022, 0.012],
  [0.08, 0.04, 0.02],
  [0.13, 0.06, 0.025],
  [0.08, 0.12, 0.17],
  [0.1, 0.12, 0.06],
  [0.17, 0.1, 0.04],
];
const HAIRS: [number, number, number][] = [
  [0.012, 0.009, 0.007],
  [0.035, 0.02, 0.012],
  [0.07, 0.04, 0.022],
  [0.17, 0.11, 0.055],
];
const TONES: [number, number, number][] = [
  [0.62, 0.38, 0.28],
  [0.48, 0.27, 0.18],
  [0.3, 0.16, 0.1],
];

/** Each triangle's material, from the regions its three vertices share. */
function surfaceKinds({ faces, regions }: HeadModel): Uint8Array {
  const named = [
    ['eyeballs', SURFACE.eye],
    ['teeth', SURFACE.teeth],
    ['tongue', SURFACE.tongue],
    ['mouth_interior', SURFACE.mouth],
  ] as const;
  return Uint8Array.from({ length: faces.length / 3 }, (_, f) => {
    const inside = (name: string) => [0, 1, 2].every((k) => regions[name]?.[faces[f * 3 + k]]);
    return named.find(([name]) => inside(name))?.[1] ?? SURFACE.skin;
  });
}

/** Eyeball vertices seen from the joint of their side. */
function eyeGeometry(head: HeadModel, rest: Float64Array): { directions: Float32Array; radius: number } {
  const joints = regressJoints(head, rest);
  const directions = new Float32Array(rest.length);
  const eyes = ['left_eye', 'right_eye'].map((name) => head.jointNames.indexOf(name)).filter((joint) => joint >= 0);
  const lengths: number[] = [];
  for (let v = 0; v < head.vertexCount; v++) {
    if (!head.regions.eyeballs?.[v] || eyes.length === 0) continue;
    const offsets = eyes.map((joint) => [0, 1, 2].map((a) => rest[v * 3 + a] - joints[joint * 3 + a]));
    const offset = offsets.reduce((a, b) => (Math.hypot(...b) < Math.hypot(...a) ? b : a));
    lengths.push(Math.hypot(...offset));
    directions.set(offset, v * 3);
  }
  const radius = lengths.sort((a, b) => a - b)[lengths.length >> 1] ?? 0.012;
  return { directions: directions.map((value) => value / radius), radius };
}

/** A region's mask, softened across its border by averaging over neighbours. */
function softRegion({ faces, regions, vertexCount }: HeadModel, name: string, rounds: number): Float32Array {
  let weights = Float32Array.from(regions[name] ?? new Uint8Array(vertexCount));
  for (let round = 0; round < rounds; round++) {
    const [sums, counts] = [new Float32Array(vertexCount), new Float32Array(vertexCount)];
    faces.forEach((vertex, corner) => {
      const next = faces[corner % 3 === 2 ? corner - 2 : corner + 1];
      sums[vertex] += weights[next] + weights[vertex];
      counts[vertex] += 2;
    });
    weights = weights.map((weight, v) => (counts[v] ? sums[v] / counts[v] : weight));
  }
  return weights;
}

/** Front of the lips, or of the face. */
function frontOfLips({ regions }: HeadModel, rest: Float64Array): number {
  let front = -Infinity;
  for (let v = 0; v < rest.length / 3; v++) if (regions.mouth?.[v]) front = Math.max(front, rest[v * 3 + 2]);
  return front;
}

/** Seeded looks of a person with the given shape. */
export function createAppearance(head: HeadModel, random: Random, shape: ArrayLike<number>, skin?: Skin): Appearance {
  const rest = shapeHead(head, { shape });
  const { directions, radius } = eyeGeometry(head, rest);
  const layout = skin && head.uvLayouts[skin.layout];
  const pick = <T>(options: T[]) => options[random.integer(options.length)];
  // Dark skins go with dark eyes and black hair.
  const dark = skin !== undefined && skinBrightness(skin) < 0.2;
  const cloth = random.uniform(0.02, 0.4);
  return {
    rest,
    surfaces: surfaceKinds(head),
    eyeDirections: directions,
    eyeRadius: radius,
    eyeLook: { iris: pick(dark ? IRISES.slice(0, 2) : IRISES), pupil: random.uniform(0.0014, 0.0024) },
    skin: skin && layout ? { texture: skin, layout } : undefined,
    skinTone: pick(TONES),
    hairCover: softRegion(head, 'scalp', 3),
    hairColour: pick(dark ? HAIRS.slice(0, 1) : HAIRS),
    strokes: skin && layout ? [] : createFaceStrokes(head, rest),
    clothColour: [0, 1, 2].map(() => cloth * random.uniform(0.6, 1.4)) as [number, number, number],
    lipDepth: frontOfLips(head, rest),
  };
}
