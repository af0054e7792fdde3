import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatHeadModel, parseHeadModel } from '../../../src/flame/container.js';
import { type HeadModel, type LandmarkEmbedding } from '../../../src/flame/head-model.js';
import { regressJoints } from '../../../src/flame/pose-head.js';
import { importHeadModel } from '../../../src/io/head-models/import-head-model.js';
import { loadHeadModel } from '../../../src/io/head-model-file.js';

const pickles = join(__dirname, '../../fixtures/pickles');
const data = join(__dirname, '../../../../shared/data/flame2023-open');

/** Position of a landmark on the template. */
function landmark(head: HeadModel, { faces, barycentric }: LandmarkEmbedding, n: number): number[] {
  return [0, 1, 2].map((axis) =>
    [0, 1, 2].reduce((sum, corner) => {
      const vertex = head.faces[faces[n] * 3 + corner];
      return sum + barycentric[n * 3 + corner] * head.template[vertex * 3 + axis];
    }, 0),
  );
}

describe.each([
  ['python2-flame2019.pkl', 300, 100, 400],
  ['numpy1-flame2020.pkl', 7, 0, 7],
  ['numpy2-flame2023.pkl', 6, 0, 6],
])('%s', (file, S, E, stored) => {
  let head: HeadModel;
  beforeAll(async () => {
    head = await importHeadModel(join(pickles, file));
  });

  test('counts and tree', () => {
    expect(head.name).toBe(file.replace('.pkl', ''));
    expect([head.vertexCount, head.shape.count, head.expression.count]).toEqual([4, S, E]);
    expect(Array.from(head.parents)).toEqual([-1, 0, 1, 1, 1]);
    expect(head.jointNames).toEqual(['root', 'neck', 'jaw', 'left_eye', 'right_eye']);
  });

  test('values stand where FLAME has them', () => {
    const near = (value: number, index: number, scale: number) => expect(value).toBeCloseTo(Math.sin(index) * scale, 7);
    near(head.template[7], 7, 0.1);
    near(head.shape.basis[2 * 12 + 5], 5 * stored + 2, 0.001);
    near(head.poseBasis![17 * 12 + 4], 4 * 36 + 17, 0.0001);
    if (E) near(head.expression.basis[9 * 12 + 11], 11 * stored + 309, 0.001);
    expect(Array.from(head.jointRegressor.subarray(8, 12))).toEqual([0.5, 0, 0.5, 0]);
  });

  test('it becomes a container', () => {
    expect(parseHeadModel(formatHeadModel(head)).shape.basis).toEqual(head.shape.basis);
  });
});

describe('parts beside the model', () => {
  const model = join(pickles, 'numpy2-flame2023.pkl');

  test('51 landmarks leave the jaw line out, 68 do not', async () => {
    const static51 = await importHeadModel(model, { landmarks: [join(pickles, 'numpy2-static-landmarks.pkl')] });
    expect(Array.from(static51.landmarks68!.faces.subarray(15, 20))).toEqual([-1, -1, 0, 1, 2]);
    const full68 = await importHeadModel(model, { landmarks: [join(pickles, 'landmarks.npy')] });
    expect(Array.from(full68.landmarks68!.faces.subarray(0, 3))).toEqual([0, 1, 2]);
  });

  test('masks become regions and weights', async () => {
    const { regions, vertexWeights } = await importHeadModel(model, { masks: join(pickles, 'numpy1-masks.pkl') });
    expect(Array.from(regions.face)).toEqual([1, 1, 0, 0]);
    expect(Array.from(regions.ears)).toEqual([0, 0, 1, 1]);
    expect(Array.from(vertexWeights!)).toEqual([1, 1, 1, 1]);
  });

  test('files of other content are refused', async () => {
    const masks = join(pickles, 'numpy1-masks.pkl');
    await expect(importHeadModel(masks)).rejects.toThrow(/expected a head model container, FLAME, ICT-FaceKit or GNM/);
    await expect(importHeadModel(model, { landmarks: [masks] })).rejects.toThrow(
      /expected 51, 68, 105 or 468 landmarks/,
    );
    await expect(importHeadModel(model, { masks: model })).rejects.toThrow(/expected FLAME's vertex masks/);
  });
});

const present = existsSync(data);
if (!present) console.log('FLAME 2023 Open is not beside the repository: its import is not tested.');

(present ? describe : describe.skip)('FLAME 2023 Open', () => {
  const model = join(data, 'flame2023_open_60.npz');

  test('60 identity and 55 expression components, eyeballs and 105 landmarks', async () => {
    const head = await loadHeadModel(model);
    expect([head.vertexCount, head.faces.length / 3]).toEqual([5023, 9976]);
    expect([head.shape.count, head.expression.count]).toEqual([60, 55]);
    expect(head.expression.names).toContain('jawOpen');
    expect([head.expression.lower[0], head.expression.upper[0]]).toEqual([-0.25, 1.25]);
    expect(head.regions.eyeballs.indexOf(1)).toBe(3931);
    expect(head.landmarks478!.faces.filter((face) => face >= 0)).toHaveLength(115);
  });

  test('the 468 points and the irises lie where they should', async () => {
    const head = await importHeadModel(model, { landmarks: [join(data, 'mediapipe468_to_flame.npz')] });
    const points = head.landmarks478!;
    expect(points.faces.includes(-1)).toBe(false);
    const joints = regressJoints(head, head.template);
    for (const [centre, joint] of [
      [468, 4],
      [473, 3],
    ]) {
      const eye = joints.subarray(joint * 3, joint * 3 + 3);
      const front = landmark(head, points, centre);
      expect(Math.hypot(front[0] - eye[0], front[1] - eye[1])).toBeLessThan(0.001);
      expect(front[2] - eye[2]).toBeGreaterThan(0.013);
      const left = landmark(head, points, centre + 1);
      const up = landmark(head, points, centre + 2);
      expect(left[0] - front[0]).toBeCloseTo(0.0059, 3);
      expect(up[1] - front[1]).toBeCloseTo(0.0059, 3);
    }
    expect(landmark(head, points, 33)[0]).toBeLessThan(0);
  });
});
