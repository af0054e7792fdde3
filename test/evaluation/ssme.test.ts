import { ssme } from '../../src/evaluation/ssme.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createPlate, joinSurfaces, meshPair, movingSurface } from '../fixtures/mesh-pair.js';
import { createSphere } from '../fixtures/sphere.js';

const plate = createPlate();
const frames = Array.from({ length: 12 }, (_, k) => k);
/** Metres at distance 1 that the test camera shows as so many pixels. */
const metres = (pixels: number) => pixels / 900;

test('a perfect prediction has no error', async () => {
  const turning = movingSurface(createSphere(), {
    frames,
    move: ([x, y, z], t) => [x + 0.002 * t, y - 0.001 * t * t, z + 0.01 * Math.sin(t)],
  });
  const { groups, curves } = await ssme().measure(meshPair(turning, turning));
  expect(groups.all.ssme).toBeLessThan(1e-5);
  expect(groups.all.p95).toBeLessThan(1e-5);
  expect(groups.all.missRate).toBe(0);
  expect(curves!.all.filter((value) => value !== null)).toHaveLength(11);
});

test('a perfect surface of another topology: what the transfer costs', async () => {
  const move = ([x, y, z]: number[], t: number) => [x + 0.004 * t, y, z];
  const truth = movingSurface(createSphere({ rings: 48, sectors: 96 }), { frames, move });
  const prediction = movingSurface(createSphere({ rings: 61, sectors: 130 }), { frames, move });
  const { groups } = await ssme().measure(meshPair(truth, prediction));
  expect(groups.all.ssme).toBeLessThan(0.1);
  expect(groups.all.missRate).toBe(0);
});

test('a principal point that drifts by d pixels a frame: SSME_h = h d', async () => {
  const head = createSphere();
  const drifting = movingSurface(head, {
    frames,
    camera: (t) => {
      const camera = createTestCamera();
      camera.K[2] += 0.8 * t;
      return camera;
    },
  });
  const { curves } = await ssme({ horizon: 5 }).measure(meshPair(movingSurface(head, { frames }), drifting));
  curves!.all.forEach((value, k) => expect(value! / (0.8 * (k + 1))).toBeCloseTo(1, 2));
});

test('a surface that stays where the truth moves: SSME is the mean of h d over the windows that exist', async () => {
  const truth = movingSurface(plate, { frames, move: ([x, y, z], t) => [x + metres(2 * t), y, z] });
  const { groups, curves } = await ssme().measure(meshPair(truth, movingSurface(plate, { frames })));
  expect(curves!.all.slice(0, 3).map((value) => Math.round(value! * 1e3) / 1e3)).toEqual([2, 4, 6]);
  expect(curves!.all.slice(11)).toEqual(new Array(19).fill(null));
  expect(groups.all.ssme).toBeCloseTo((2 * 12) / 2, 4);
});

test('regions are measured apart, and vertices show where the error is', async () => {
  const left = Uint8Array.from({ length: 121 }, (_, v) => (plate.vertices[v * 3] < -0.001 ? 1 : 0));
  const right = Uint8Array.from({ length: 121 }, (_, v) => (plate.vertices[v * 3] > 0.001 ? 1 : 0));
  const prediction = movingSurface(plate, {
    frames: [0, 1],
    move: ([x, y, z], t) => [x, y + (x > -0.001 ? metres(3 * t) : 0), z],
  });
  const pair = meshPair(movingSurface(plate, { frames: [0, 1] }), prediction, { left, right, none: left.map(() => 0) });
  const { groups, perVertex } = await ssme().measure(pair);
  expect(groups.right.ssme).toBeCloseTo(3, 4);
  expect(groups.right.p95! / 3).toBeCloseTo(1, 2);
  // A pixel is left while most of its weight is: the last half cell moves with the right, by less than half.
  expect(groups.left.ssme).toBeLessThan(0.2);
  expect(groups.none).toEqual({ ssme: null, p95: null, missRate: null });
  expect(perVertex![0]).toBeLessThan(1e-4);
  expect(perVertex![120]).toBeCloseTo(3, 4);
});

test('what is hidden in the later frame does not count', async () => {
  const back = createPlate({ at: [-0.1, -0.1, -0.05] });
  const front = createPlate({ at: [-0.4, -0.1, 0.05] });
  const scene = joinSurfaces(back, front);
  const isBack = (v: number) => v < 121;
  // The front plate slides over the back one's left half; there, and only there, the prediction moves.
  const slide = ([x, y, z]: number[], t: number, v: number) => [isBack(v) ? x : x + 0.3 * t - 0.1 * t, y, z];
  const truth = movingSurface(scene, { frames: [0, 1], move: slide });
  const prediction = movingSurface(scene, {
    frames: [0, 1],
    move: (p, t, v) => (isBack(v) && p[0] < -0.03 ? [p[0], p[1] + 0.05 * t, p[2]] : slide(p, t, v)),
  });
  const region = Uint8Array.from({ length: 242 }, (_, v) => (isBack(v) ? 1 : 0));
  const hidden = await ssme().measure(meshPair(truth, prediction, { back: region }));
  expect(hidden.groups.back.ssme).toBeLessThan(1e-4);
  const seeThrough = await ssme({ tolerance: 1 }).measure(meshPair(truth, prediction, { back: region }));
  expect(seeThrough.groups.back.ssme).toBeGreaterThan(5);
});

test('pixels without a prediction are misses beyond the reach, and count in no mean', async () => {
  // The prediction lacks the right 40 of 180 pixels; of these 5 are within reach.
  const narrow = createPlate({ size: [0.2 - metres(40), 0.2] });
  const pair = meshPair(movingSurface(plate, { frames: [0, 1] }), movingSurface(narrow, { frames: [0, 1] }));
  const { groups } = await ssme().measure(pair);
  expect(groups.all.missRate).toBeCloseTo(35 / 180, 2);
  expect(groups.all.ssme).toBeLessThan(1e-4);
  expect((await ssme({ reach: 0 }).measure(pair)).groups.all.missRate).toBeCloseTo(40 / 180, 2);
});

test('through a bent lens: a perfect prediction has no error, and pixels are those of the picture', async () => {
  const bent = createTestCamera({ distortion: [-2, 0, 0, 0, 0] });
  const camera = () => bent;
  const fine = createPlate({ at: [0.1, -0.01, 0], size: [0.02, 0.02], cells: 40 });
  const truth = movingSurface(fine, { frames: [0, 1], camera, move: ([x, y, z], t) => [x + 0.01 * t, y, z] });
  expect((await ssme().measure(meshPair(truth, truth))).groups.all.ssme).toBeLessThan(1e-4);
  const still = movingSurface(fine, { frames: [0, 1], camera });
  // Around x = 0.115 the lens shows 1 - 6 x^2 of a straight lens's motion: 8.3 of 9 pixels.
  const bend = (x: number) => 900 * x * (1 - 2 * x * x);
  const { groups } = await ssme().measure(meshPair(truth, still));
  expect(groups.all.ssme! / (bend(0.12) - bend(0.11))).toBeCloseTo(1, 2);
});

test('frames are joined by number: a gap is left out, not bridged', async () => {
  const move = ([x, y, z]: number[], t: number) => [x + metres(t), y, z];
  const truth = movingSurface(plate, { frames: [10, 11, 13, 14, 15], move });
  const prediction = movingSurface(plate, { frames: [10, 13, 15, 22], move: (p) => move(p, 10) });
  const { curves } = await ssme({ horizon: 6 }).measure(meshPair(truth, prediction));
  expect(curves!.all.map((value) => value && Math.round(value * 1e3) / 1e3)).toEqual([null, 2, 3, null, 5, null]);
});

test('a window counts frames where their numbers go by threes', async () => {
  const truth = movingSurface(plate, { frames: [9, 12, 15, 21], move: ([x, y, z], t) => [x + metres(t), y, z] });
  const { curves } = await ssme({ horizon: 4 }).measure(
    meshPair(truth, movingSurface(plate, { frames: [9, 12, 15, 21] })),
  );
  expect(curves!.all.map((value) => value && Math.round(value * 1e3) / 1e3)).toEqual([3, 6, 9, 12]);
});

test('a picture of half the size is compared at the size of the truth', async () => {
  const small = createTestCamera({ width: 320, height: 240, focal: 450 });
  const truth = movingSurface(plate, { frames, move: ([x, y, z], t) => [x + metres(2 * t), y, z] });
  const { curves } = await ssme().measure(meshPair(truth, movingSurface(plate, { frames, camera: () => small })));
  expect(curves!.all[0]).toBeCloseTo(2, 3);
  const square = createTestCamera({ width: 400, height: 400 });
  const wrong = meshPair(truth, movingSurface(plate, { frames, camera: () => square }));
  await expect(ssme().measure(wrong)).rejects.toThrow('expected pictures in the shape of 640x480, got 400x400');
});

test('NaN vertices, no frame in common, another camera: errors, never a number', async () => {
  const truth = movingSurface(plate);
  const broken = movingSurface(plate, { move: ([x, y, z], t, v) => [t === 2 && v === 7 ? NaN : x, y, z] });
  await expect(ssme().measure(meshPair(truth, broken))).rejects.toThrow(
    'evaluation: prediction, frame 2: expected finite vertices, got NaN at vertex 7.',
  );
  const later = movingSurface(plate, { frames: [50, 51] });
  await expect(ssme().measure(meshPair(truth, later))).rejects.toThrow(
    'expected frames in common, got frames 0 to 3 of the truth and frames 50 to 51 of the prediction',
  );
  const several = { ...truth, cameraIds: ['left', 'right'] };
  await expect(ssme().measure(meshPair(several, truth))).rejects.toThrow(
    'expected one of the cameras left, right of the truth, got cam0',
  );
});

test('it can be stopped', async () => {
  const controller = new AbortController();
  const truth = movingSurface(plate, { frames });
  const onProgress = (done: number) => done === 3 && controller.abort();
  await expect(ssme().measure(meshPair(truth, truth), { signal: controller.signal, onProgress })).rejects.toThrow(
    /abort/i,
  );
});
