import { jitter } from '../../src/evaluation/jitter.js';
import { type MeshSequence } from '../../src/evaluation/mesh-sequence.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createPlate, meshPair, movingSurface } from '../fixtures/mesh-pair.js';

const plate = createPlate();
const frames = [0, 1, 2, 3, 4, 5, 6, 7];
/** Metres at distance 1 that the test camera shows as so many pixels. */
const metres = (pixels: number) => pixels / 900;
const falling = ([x, y, z]: number[], t: number) => [x, y - metres(0.5 * 1.2 * t * t), z];
const shaking = ([x, y, z]: number[], t: number) => [x + metres(t % 2), y, z];

test('constant acceleration is itself; uniform motion is none', async () => {
  const uniform = movingSurface(plate, { frames, move: ([x, y, z], t) => [x + metres(3 * t), y, z] });
  const pair = meshPair(movingSurface(plate, { frames, move: falling }), uniform);
  const { groups } = await jitter({ align: 'none' }).measure(pair);
  expect(groups.all.truth).toBeCloseTo(1.2, 4);
  expect(groups.all.prediction).toBeCloseTo(0, 3);
  expect(groups.all.jitter).toBeCloseTo(-1.2, 3);
});

test('shaking by one pixel every other frame: |1 - 0 + 1| = 2 pixels per frame squared', async () => {
  const pair = meshPair(movingSurface(plate, { frames }), movingSurface(plate, { frames, move: shaking }));
  const { groups, perVertex } = await jitter({ align: 'none' }).measure(pair);
  expect(groups.all.jitter).toBeCloseTo(2, 3);
  expect(perVertex![60]).toBeCloseTo(2, 3);
});

test('a prediction of every third frame: divided by nine; a gap makes no triple', async () => {
  const every = Array.from({ length: 19 }, (_, k) => k);
  const truth = movingSurface(plate, { frames: every });
  const spaced = movingSurface(plate, { frames: [0, 3, 6, 9, 15, 18], move: falling });
  const { groups } = await jitter({ align: 'none' }).measure(meshPair(truth, spaced));
  expect(groups.all.jitter).toBeCloseTo(1.2, 4);
});

test("a frame is the truth's own step, where its numbers go by threes", async () => {
  const numbers = [9, 12, 15, 18];
  const truth = movingSurface(plate, { frames: numbers });
  const shaken = movingSurface(plate, { frames: numbers, move: shaking });
  expect((await jitter({ align: 'none' }).measure(meshPair(truth, shaken))).groups.all.jitter).toBeCloseTo(2, 3);
});

test('every camera that both have counts', async () => {
  const far = createTestCamera({ id: 'far', distance: 2 });
  const seenBy = (sequence: MeshSequence): MeshSequence => ({
    ...sequence,
    cameraIds: ['cam0', 'far'],
    camera: (id, frame) => (id === 'far' ? far : sequence.camera(id, frame)),
  });
  const shaken = movingSurface(plate, { frames, move: shaking });
  const pair = meshPair(seenBy(movingSurface(plate, { frames })), seenBy(shaken));
  expect((await jitter({ align: 'none' }).measure(pair)).groups.all.jitter).toBeCloseTo((2 + 1) / 2, 3);
});

test('two frames have no acceleration', async () => {
  const still = movingSurface(plate, { frames: [0, 1] });
  expect((await jitter({ align: 'none' }).measure(meshPair(still, still))).groups.all).toEqual({
    jitter: null,
    prediction: null,
    truth: null,
  });
});
