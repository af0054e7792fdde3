import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { projectPoints } from '../../src/geometry/project.js';
import { rasterise } from '../../src/geometry/rasterise.js';
import { readCalibration } from '../../src/io/calibration.js';
import { createAppearance } from '../../src/synth/appearance.js';
import { createLight } from '../../src/synth/light.js';
import { createRandom } from '../../src/synth/random.js';
import { createScene, poseScene, renderHead } from '../../src/synth/render-head.js';
import { createSyntheticAlignment } from '../../src/synth/synthetic-alignment.js';
import { createSyntheticSequence } from '../../src/synth/synthetic-sequence.js';
import { readTruth, writeSequence } from '../../src/synth/write-sequence.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const small = { head, frames: 4, cameras: 3, width: 64, height: 80 };
const synthetic = createSyntheticSequence({ ...small, seed: 5 });

test('the same seed gives the same pixels in any order, another seed others', async () => {
  const again = createSyntheticSequence({ ...small, seed: 5, degradations: {} });
  await again.sequence.read(3, 0);
  const [a, b] = [await synthetic.sequence.read(1, 2), await again.sequence.read(1, 2)];
  expect(a!.data).toEqual(b!.data);
  const other = await createSyntheticSequence({ ...small, seed: 6 }).sequence.read(1, 2);
  expect(other!.data).not.toEqual(a!.data);
  expect(synthetic.sequence.cameraIds).toEqual(['cam0', 'cam1', 'cam2']);
});

test('the picture shows the head where the truth projects it', () => {
  const { truth } = synthetic;
  const look = createAppearance(head, createRandom(1), truth.shape);
  const light = createLight(createRandom(1), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const rest = { rotation: truth.headRotation.slice(0, 9), translation: truth.headTranslation.slice(0, 3) };
  const scene = { ...createScene(look, light, head.faces, rest), bust: undefined };
  const black = { width: 64, height: 80, data: new Float32Array(64 * 80 * 3) };
  const vertices = truth.vertices(2);
  const { data } = renderHead(scene, poseScene(scene, vertices), truth.cameras[1], black);
  const { faceIndex } = rasterise(vertices, head.faces, truth.cameras[1]);
  let [covered, dark] = [0, 0];
  faceIndex.forEach((face, pixel) => {
    if (face < 0) return;
    covered++;
    if (data[pixel * 3] === 0) dark++;
  });
  expect(dark).toBe(0);
  const lit = data.filter((code, i) => i % 3 === 0 && code > 0).length;
  expect(covered).toBeGreaterThan(500);
  expect(lit / covered).toBeLessThan(1.25);
});

test('the head stays in every picture', () => {
  for (let f = 0; f < 4; f++) {
    const vertices = synthetic.truth.vertices(f);
    for (const camera of synthetic.truth.cameras) {
      const { pixels } = projectPoints(vertices, camera);
      const inside = pixels.filter((value, i) => value >= 0 && value < (i % 2 ? 80 : 64)).length;
      expect(inside / pixels.length).toBeGreaterThan(0.97);
    }
  }
});

test('a synthetic alignment errs by its sigmas', () => {
  const points = vertexSurfacePoints(head);
  const alignment = createSyntheticAlignment(synthetic.truth, { head, points, sigmaRange: [1, 4], seed: 2 });
  const [N, C] = [points.faces.length, 3];
  let [sum, count] = [0, 0];
  for (let f = 0; f < 4; f++) {
    const vertices = synthetic.truth.vertices(f);
    for (let c = 0; c < C; c++) {
      const { pixels } = projectPoints(vertices, synthetic.truth.cameras[c]);
      for (let n = 0; n < N; n++) {
        const k = (f * C + c) * N + n;
        sum += ((alignment.mu[k * 2] - pixels[n * 2]) / alignment.sigma[k]) ** 2;
        sum += ((alignment.mu[k * 2 + 1] - pixels[n * 2 + 1]) / alignment.sigma[k]) ** 2;
        count += 2;
      }
    }
  }
  expect(Math.abs(sum / count - 1)).toBeLessThan(0.05);
  expect(Math.min(...alignment.sigma)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...alignment.sigma)).toBeLessThanOrEqual(4);
  expect(alignment.faceBoxes[2]).toBeGreaterThan(alignment.faceBoxes[0] + 20);
});

test('hidden points can be left out or be wrong, outliers are rare and far', () => {
  const points = vertexSurfacePoints(head);
  const create = (options: object) => createSyntheticAlignment(synthetic.truth, { head, points, seed: 2, ...options });
  const seen = create({ visibleOnly: true });
  const share = seen.sigma.filter((sigma) => sigma > 0).length / seen.sigma.length;
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.6);
  const [plain, wrong] = [create({}), create({ outliers: 0.1 })];
  const far = plain.mu.filter((value, i) => i % 2 === 0 && Math.abs(value - wrong.mu[i]) > 1e-3).length;
  expect(Math.abs(far / plain.sigma.length - 0.1)).toBeLessThan(0.03);
  expect(create({ hiddenError: 3 }).mu).not.toEqual(plain.mu);
});

test('a written sequence reads back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowfit-synth-'));
  try {
    await writeSequence(folder, synthetic, head, { meshes: true });
    expect((await readdir(join(folder, 'images', 'cam1'))).sort()).toEqual([
      '000000.jpg',
      '000001.jpg',
      '000002.jpg',
      '000003.jpg',
    ]);
    const { width, height } = await sharp(join(folder, 'images', 'cam1', '000002.jpg')).metadata();
    expect([width, height]).toEqual([64, 80]);
    const cameras = await readCalibration(join(folder, 'calib.json'));
    cameras.forEach((camera, c) => {
      camera.cameraFromWorld.forEach((value, i) =>
        expect(value).toBeCloseTo(synthetic.truth.cameras[c].cameraFromWorld[i], 9),
      );
    });
    const truth = await readTruth(join(folder, 'truth.npz'));
    for (const key of ['shape', 'expression', 'jointPose', 'headRotation', 'headTranslation'] as const) {
      truth[key].forEach((value, i) => expect(Math.abs(value - synthetic.truth[key][i])).toBeLessThan(1e-6));
    }
    expect(await readdir(join(folder, 'meshes'))).toHaveLength(4);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an interrupted writing stops', async () => {
  const signal = AbortSignal.abort();
  await expect(writeSequence('nowhere', synthetic, head, { signal })).rejects.toThrow(/abort/i);
});
