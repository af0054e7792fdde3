import { cubeFromHead, headFromCube, templateCube, templateEmbedding } from '../../src/canonical/template-cube.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';

let reference: HeadModel;
beforeAll(async () => {
  reference = await loadHeadModel();
});

test('the cube is centred on the bounds and 5 per cent longer than the longest side', () => {
  const template = Float32Array.from([-0.1, 0, 0.02, 0.3, 0.2, -0.06]);
  const cube = templateCube({ template });
  [0.1, 0.1, -0.02].forEach((value, a) => expect(cube.centre[a]).toBeCloseTo(value, 7));
  expect(cube.side).toBeCloseTo(0.42, 7);
});

test('the middle is at a half, points outside are held at the faces, and the way back is the inverse', () => {
  const cube = { centre: Float64Array.from([0.1, -0.2, 0.3]), side: 0.5 };
  expect(Array.from(cubeFromHead(cube.centre, cube))).toEqual([0.5, 0.5, 0.5]);
  expect(Array.from(cubeFromHead([0.2, -0.3, 9], cube), (x) => Number(x.toFixed(6)))).toEqual([0.7, 0.3, 1]);
  const points = [0.2, -0.1, 0.5];
  Array.from(headFromCube(cubeFromHead(points, cube), cube)).forEach((value, a) => {
    expect(value).toBeCloseTo(points[a], 6);
  });
});

test('the embedding of the reference fills its cube from 1/42 to 41/42 along the longest side', () => {
  const embedding = templateEmbedding(reference, reference);
  const range = [0, 1, 2].map((a) => {
    const values = embedding.filter((_, i) => i % 3 === a);
    return [Math.min(...values), Math.max(...values)];
  });
  const [least, most] = range.reduce((best, side) => (side[1] - side[0] > best[1] - best[0] ? side : best));
  expect(least).toBeCloseTo(1 / 42, 5);
  expect(most).toBeCloseTo(41 / 42, 5);
  range.forEach(([low, high]) => expect((low + high) / 2).toBeCloseTo(0.5, 5));
  // z out of the face: the nose tip is in front of the middle, and x to the subject's left.
  const at = (region: string, axis: number, sign: number) => {
    const inside = Array.from(reference.regions[region].keys()).filter((v) => reference.regions[region][v]);
    return Math.max(...inside.map((v) => sign * embedding[v * 3 + axis]));
  };
  expect(at('nose', 2, 1)).toBeGreaterThan(0.6);
});

test('another person of another scale and place has the same embedding up to the registration', () => {
  const { shape, template } = reference;
  const moved = template.map((value, i) => 1.2 * (value + 0.8 * shape.basis[i]) + 0.03);
  const other = { ...reference, name: 'other', template: moved };
  const [own, found] = [templateEmbedding(reference, reference), templateEmbedding(other, reference)];
  const errors = Array.from(reference.regions.face.keys())
    .filter((v) => reference.regions.face[v])
    .map((v) => Math.hypot(...[0, 1, 2].map((a) => own[v * 3 + a] - found[v * 3 + a])))
    .sort((a, b) => a - b);
  expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.006);
});
