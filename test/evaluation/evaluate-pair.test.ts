import { evaluatePair } from '../../src/evaluation/evaluate-pair.js';
import { type MeshPair } from '../../src/evaluation/mesh-sequence.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { headPair, movingHead } from '../fixtures/moving-head.js';

/** A tracker that is half a millimetre off, by another vector in each frame. */
const nearly = (vertices: Float64Array, frame: number) =>
  vertices.map((value, i) => value + 5e-4 * Math.sin(i + 2 * frame));

/** SSME and CD of the face, and the names of the warnings. */
async function judge(pair: MeshPair) {
  const { rows, warnings } = await evaluatePair(pair);
  const figure = (metric: string) =>
    rows.find((row) => row.metric === metric && row.group === 'face' && row.figure === metric)!.value;
  return { ssme: figure('ssme'), cd: figure('cd'), warnings: warnings.map(({ name }) => name) };
}

test('a good prediction has small figures and no warning', async () => {
  const good = await judge(headPair(movingHead({ change: nearly })));
  expect(good.warnings).toEqual([]);
  expect(good.ssme).toBeLessThan(1);
  expect(good.cd).toBeLessThan(0.5);
});

test.each([
  ['shuffled-frames', movingHead({ change: nearly, order: (frame) => (frame * 7 + 3) % 16 }), 'ssme'],
  [
    'wrong-camera',
    movingHead({ change: nearly, camera: createTestCamera({ width: 320, height: 240, focal: 450, yaw: 1.2 }) }),
    'ssme',
  ],
  ['wrong-unit', movingHead({ change: (v, t) => nearly(v, t).map((value) => value * 1000) }), 'cd'],
  ['wrong-unit', movingHead({ change: (v, t) => nearly(v, t).map((value) => value / 1000) }), 'cd'],
  ['mirrored-mesh', movingHead({ change: (v, t) => nearly(v, t).map((value, i) => (i % 3 ? value : -value)) }), 'ssme'],
] as const)('%s: named, and the figure is more than ten times the right one', async (name, prediction, figure) => {
  const good = await judge(headPair(movingHead({ change: nearly })));
  const wrong = await judge(headPair(prediction));
  expect(wrong.warnings).toEqual([name]);
  // Where nothing of the prediction is on the screen there is no number at all.
  if (wrong[figure] !== null) expect(wrong[figure]).toBeGreaterThan(10 * good[figure]!);
});

test('a still head is not called shuffled, nor is a tracker that loses the motion', async () => {
  const still = movingHead({ order: () => 0 });
  expect((await judge(headPair(still, movingHead({ order: () => 0 })))).warnings).toEqual([]);
  const lost = await judge(headPair(still));
  expect(lost.warnings).not.toContain('shuffled-frames');
});

test('missing frames are counted gaps', async () => {
  const prediction = movingHead({ frames: [0, 1, 2, 3, 4, 8, 9, 10, 20] });
  const { frames, rows } = await evaluatePair(headPair(prediction));
  expect(frames).toEqual({ compared: 8, missing: [5, 6, 7, 11, 12, 13, 14, 15] });
  expect(rows.every(({ value }) => value === null || Number.isFinite(value))).toBe(true);
  const alone = await evaluatePair(headPair(movingHead({ frames: [3] })));
  expect(alone.rows.find(({ figure }) => figure === 'ssme')!.value).toBeNull();
  expect(alone.rows.find(({ figure }) => figure === 'cd')!.value).toBeLessThan(1e-3);
});

test('the protocol names every choice; its hash changes with each of them', async () => {
  const pair = headPair(movingHead({ frames: [0, 1] }));
  const plain = (await evaluatePair(pair)).protocol;
  expect(plain.name).toBe('flowfit-v1');
  expect(plain.ssme).toEqual({ horizon: 30, reach: 5, tolerance: 0.003 });
  expect((await evaluatePair(pair)).protocol.hash).toBe(plain.hash);
  const shorter = (await evaluatePair(pair, { ssme: { horizon: 10 } })).protocol;
  const other = { ...pair, regions: { face: pair.regions.nose, nose: pair.regions.face } };
  const hashes = [plain.hash, shorter.hash, (await evaluatePair(other)).protocol.hash];
  expect(new Set(hashes).size).toBe(3);
});
