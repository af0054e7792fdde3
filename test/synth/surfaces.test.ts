import { createBackground } from '../../src/synth/background.js';
import { createBust } from '../../src/synth/bust.js';
import { degrade } from '../../src/synth/degrade.js';
import { eyeColour } from '../../src/synth/eye-texture.js';
import { strokeCover } from '../../src/synth/face-strokes.js';
import { createLight, harmonicBasis } from '../../src/synth/light.js';
import { createRandom } from '../../src/synth/random.js';
import { createShadowMap } from '../../src/synth/shadow-map.js';
import { codeFromLinear, linearFromCode, sampleTexture, textureFromImage } from '../../src/synth/texture.js';
import { plainImage } from '../../src/render/layer.js';
import { createSphere } from '../fixtures/sphere.js';

test('codes survive the way to light and back', () => {
  for (let code = 0; code < 256; code++) {
    expect(Math.abs(codeFromLinear(linearFromCode(code)) - code)).toBeLessThanOrEqual(code < 12 ? 1 : 0);
  }
});

test('v = 1 is the top row of a texture, texel centres are exact', () => {
  const image = { width: 2, height: 2, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255) };
  const texture = textureFromImage(image);
  const at = (u: number, v: number) => {
    const out = new Float32Array(3);
    sampleTexture(texture, u, v, out);
    return Array.from(out);
  };
  expect(at(0.25, 0.75)).toEqual([1, 0, 0]);
  expect(at(0.75, 0.75)).toEqual([0, 1, 0]);
  expect(at(0.25, 0.25)).toEqual([0, 0, 1]);
  expect(at(0, 1)).toEqual([1, 0, 0]);
  expect(at(0.5, 0.75)).toEqual([0.5, 0.5, 0]);
});

test('harmonics are orthonormal on the sphere', () => {
  const gram = new Float64Array(81);
  const basis = new Float64Array(9);
  const count = 4000;
  for (let k = 0; k < count; k++) {
    const z = (2 * k + 1) / count - 1;
    const [angle, ring] = [k * 2.399963, Math.sqrt(1 - z * z)];
    harmonicBasis(ring * Math.cos(angle), ring * Math.sin(angle), z, basis);
    for (let i = 0; i < 81; i++) gram[i] += (basis[Math.floor(i / 9)] * basis[i % 9] * 4 * Math.PI) / count;
  }
  gram.forEach((value, i) => expect(Math.abs(value - (i % 10 === 0 ? 1 : 0))).toBeLessThan(0.01));
});

test('light comes from above and is never dark all around', () => {
  for (let seed = 0; seed < 10; seed++) {
    const light = createLight(createRandom(seed), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(light.keyDirection[1]).toBeGreaterThan(0.2);
    expect(Math.hypot(...light.keyDirection)).toBeCloseTo(1, 10);
    expect(light.harmonics[0] * 0.282095).toBeGreaterThan(0.25);
  }
});

test('a sphere shades itself and what lies behind it', () => {
  const { vertices, faces } = createSphere();
  const lit = createShadowMap(vertices, faces, [0, 0, 1], [0, 0, 0]);
  expect(lit(0, 0, 0.101)).toBe(1);
  expect(lit(0, 0, -0.15)).toBe(0);
  expect(lit(0.15, 0, -0.15)).toBe(1);
});

test('an eye is dark in the pupil, coloured around it, pale outside', () => {
  const colour = (metres: number) => {
    const out = new Float32Array(3);
    const x = metres / 0.012;
    eyeColour({ iris: [0.1, 0.2, 0.4], pupil: 0.002 }, x, 0, Math.sqrt(1 - x * x), 0.012, out);
    return out;
  };
  expect(colour(0)[0]).toBeLessThan(0.02);
  expect(colour(0.004)[2]).toBeGreaterThan(1.5 * colour(0.004)[0]);
  expect(colour(0.008)[0]).toBeGreaterThan(0.4);
});

test('a bust continues the opening of a mesh without turning over', () => {
  const { vertices, faces } = createSphere({ rings: 12, sectors: 16, closed: true });
  const open = faces.slice(0, faces.length - 16 * 9); // without the lowest caps
  const bust = createBust(vertices, open)!;
  expect(bust.opening).toHaveLength(16);
  const sides = new Set<string>();
  const all = [...open, ...bust.faces];
  all.forEach((vertex, k) => sides.add(`${vertex},${all[k % 3 === 2 ? k - 2 : k + 1]}`));
  expect(sides.size).toBe(all.length);
  const rim = all.filter((vertex, k) => !sides.has(`${all[k % 3 === 2 ? k - 2 : k + 1]},${vertex}`));
  expect(rim).toHaveLength(16);
  expect(Math.min(...bust.rings.filter((_, i) => i % 3 === 1))).toBeLessThan(-0.3);
  expect(createBust(vertices, faces)).toBeUndefined();
});

test('a stroke covers its line and fades beside it', () => {
  const stroke = {
    points: Float32Array.of(0, 0, 0, 0.02, 0, 0),
    halfWidths: Float32Array.of(0.002, 0.002),
    softness: 0.002,
    opacity: 0.5,
    sparseness: 0,
  };
  expect(strokeCover(stroke, 0.01, 0.001, 0)).toBe(0.5);
  expect(strokeCover(stroke, 0.01, 0.003, 0)).toBeCloseTo(0.25, 6);
  expect(strokeCover(stroke, 0.01, 0.01, 0)).toBeLessThanOrEqual(0);
});

test('backgrounds are seeded and varied', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => createBackground(createRandom(seed), 40, 30).data);
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
  expect(Math.max(...a) - Math.min(...a)).toBeGreaterThan(0.02);
  expect(a.every(Number.isFinite)).toBe(true);
});

test('noise has its size, blur and JPEG keep the brightness', async () => {
  const grey = plainImage(64, 64, [128, 128, 128]);
  const { data } = await degrade(grey, { noise: 6 }, createRandom(1));
  const variance = data.reduce((sum, code) => sum + (code - 128) ** 2, 0) / data.length;
  expect(Math.abs(Math.sqrt(variance) / 6 - 1)).toBeLessThan(0.06);
  const soft = await degrade({ ...grey, data }, { blur: 2, jpegQuality: 60 }, createRandom(1));
  const mean = soft.data.reduce((sum, code) => sum + code, 0) / data.length;
  expect(Math.abs(mean - 128)).toBeLessThan(1.5);
  expect(soft.data.reduce((sum, code) => sum + (code - mean) ** 2, 0) / data.length).toBeLessThan(variance / 4);
});
