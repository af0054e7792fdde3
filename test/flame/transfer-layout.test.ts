import { existsSync } from 'node:fs';
import { parseHeadModel, formatHeadModel } from '../../src/flame/container.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { registerHead } from '../../src/flame/registration/register-head.js';
import { createFieldSmoother } from '../../src/flame/registration/smooth-field.js';
import { transferLayout } from '../../src/flame/registration/transfer-layout.js';
import { fitAffine } from '../../src/geometry/affine-alignment.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { createSphere } from '../fixtures/sphere.js';

const layoutName = 'open-head/1';
const quantile = (values: number[], q: number) => values.sort((a, b) => a - b)[Math.floor(q * (values.length - 1))];
const distance = (a: ArrayLike<number>, b: ArrayLike<number>, v: number) =>
  Math.hypot(a[v * 3] - b[v * 3], a[v * 3 + 1] - b[v * 3 + 1], a[v * 3 + 2] - b[v * 3 + 2]);

let [reference, registered]: HeadModel[] = [];
beforeAll(async () => {
  reference = await loadHeadModel();
  registered = transferLayout(disguised(), reference, layoutName);
});

/** Another person of the same topology, turned, scaled and moved, so that every vertex's true place is known. */
function disguised(): HeadModel {
  const { shape, template } = reference;
  const changed = template.map((value, i) => value + shape.basis[i] + shape.basis[template.length + i] * -0.8);
  const [cos, sin, scale] = [Math.cos(0.3), Math.sin(0.3), 1.15];
  const moved = changed.map((_, i) => {
    const v = i - (i % 3);
    const [x, y, z] = changed.subarray(v, v + 3);
    return scale * [x, cos * y - sin * z, sin * y + cos * z][i % 3] + 0.05;
  });
  return {
    ...reference,
    name: 'other',
    template: moved,
    uvLayouts: {},
    regions: { eyeballs: reference.regions.eyeballs, skin: reference.regions.skin },
    vertexWeights: undefined,
    landmarks478: undefined,
  };
}

test('another person of the same mesh finds each vertex its own UV', () => {
  const head = registered;
  const [own, origin] = [head.uvLayouts[layoutName], reference.uvLayouts[layoutName]];
  expect(own.registeredTo).toBe(origin.hash);
  const { positions, matched } = registerHead(disguised(), reference);
  const face = Array.from(matched.keys()).filter((v) => reference.regions.face[v] === 1);
  expect(face.filter((v) => matched[v]).length / face.length).toBeGreaterThan(0.9);
  const errors = face.map((v) => distance(positions, reference.template, v));
  expect(quantile(errors, 0.5)).toBeLessThan(0.001);
  expect(quantile(errors, 0.95)).toBeLessThan(0.004);
  const uvErrors = face
    .filter((v) => matched[v])
    .map((v) => Math.hypot(...[0, 1].map((a) => own.uvVertices[v * 2 + a] - origin.uvVertices[v * 2 + a])));
  expect(quantile(uvErrors, 0.5)).toBeLessThan(0.004);
  // What the head lacked came along.
  for (const name of ['face', 'nose', 'ears']) {
    const agree = head.regions[name].filter((inside, v) => inside === reference.regions[name][v]).length;
    expect(agree / head.vertexCount).toBeGreaterThan(0.97);
  }
  expect(head.regions.crop).toEqual(head.regions.face);
  expect(head.vertexWeights!.filter((weight) => weight > 0.5).length).toBeGreaterThan(2000);
  expect(head.landmarks478!.faces.filter((f) => f >= 0).length).toBeGreaterThan(470);
});

test('the layout survives the container, vertices without a place too', () => {
  const head = registered;
  const read = parseHeadModel(formatHeadModel(head));
  expect(read.uvLayouts[layoutName]).toEqual(head.uvLayouts[layoutName]);
  expect(head.uvLayouts[layoutName].uvVertices.some(Number.isNaN)).toBe(true);
  expect(head.uvLayouts[layoutName].uv.every(Number.isFinite)).toBe(true);
});

test('a head that has the layout keeps it, and what is no head is refused', () => {
  expect(transferLayout(reference, reference, layoutName)).toBe(reference);
  const sphere = createSphere({ radius: 0.3, rings: 11, sectors: 18, centre: [0, 0, 0] });
  const count = sphere.vertices.length / 3;
  const ball: HeadModel = {
    ...disguised(),
    name: 'ball',
    vertexCount: count,
    template: Float32Array.from(sphere.vertices),
    faces: Int32Array.from(sphere.faces),
    regions: {},
    landmarks68: undefined,
    jointNames: ['a', 'b', 'c', 'd', 'e'],
  };
  expect(() => transferLayout(ball, reference, layoutName)).toThrow(
    'head model ball: expected landmarks, or joints among root, neck, jaw, left_eye, right_eye, to register it to ' +
      'open-head, got joints a, b, c, d, e.',
  );
});

test('an affine map is found exactly from points that it moved', () => {
  const source = Float64Array.from({ length: 30 }, (_, i) => Math.sin(i * i));
  const target = Array.from({ length: 10 }, (_, n) => {
    const [x, y, z] = source.subarray(n * 3, n * 3 + 3);
    return [2 * x - y + 1, 0.5 * y + z, z - x - 3];
  }).flat();
  const moved = fitAffine(source, target, new Float64Array(10).fill(1))(source);
  moved.forEach((value, i) => expect(value).toBeCloseTo(target[i], 9));
});

test('a field known at the ends of a strip is the mean of its neighbours between them', () => {
  const faces = Int32Array.from([0, 1, 2, 1, 3, 2, 2, 3, 4, 3, 5, 4]);
  const field = new Float64Array(18);
  field.set([2, 0, 0, 2, 0, 0], 12);
  createFieldSmoother(faces, 6)(field, [1e6, 1e6, 0, 0, 1e6, 1e6], 1);
  // x2 = (0 + 0 + x3 + 2) / 4 and x3 = (0 + x2 + 2 + 2) / 4.
  expect([field[6], field[9]]).toEqual([expect.closeTo(0.8, 4), expect.closeTo(1.2, 4)]);
});

const flame = '../shared/data/flame2023-open/flame2023_open_60.npz';
const present = existsSync(flame);
if (!present) console.log('transfer-layout: no FLAME in ../shared/data/flame2023-open; skipped.');

(present ? test : test.skip)(
  'FLAME: there and back over the face',
  async () => {
    const head = await loadHeadModel(flame);
    const there = registerHead(head, reference);
    const back = registerHead(reference, head);
    const places = interpolateSurface(reference.template, 3, reference.faces, there.nearest);
    const round = interpolateSurface(places, 3, head.faces, back.nearest);
    const comesBack = (v: number) => [0, 1, 2].every((k) => there.matched[head.faces[back.nearest.faces[v] * 3 + k]]);
    const seen = Array.from(back.matched.keys()).filter(
      (v) => back.matched[v] && reference.vertexWeights![v] > 0.5 && comesBack(v),
    );
    expect(seen.length).toBeGreaterThan(2000);
    const errors = seen.map((v) => distance(round, reference.template, v));
    expect(quantile(errors, 0.5)).toBeLessThan(0.0008);
    expect(quantile(errors, 0.95)).toBeLessThan(0.003);
  },
  300000,
);
