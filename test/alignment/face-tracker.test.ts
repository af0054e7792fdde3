import { type FaceCrop } from '../../src/alignment/face-crop.js';
import { type FaceDetection, type FaceDetector } from '../../src/alignment/face-detector.js';
import { chooseSameFace, createFaceTracker } from '../../src/alignment/face-tracker.js';
import { windowOfLandmarks } from '../../src/alignment/face-finder.js';
import { landmarkCount, type LandmarkNetwork } from '../../src/alignment/landmark-network.js';
import { type OnnxSession } from '../../src/alignment/onnx-session.js';

const image = { width: 400, height: 300, data: new Uint8Array(400 * 300 * 3) };
const session = {} as OnnxSession;

/** An upright face's landmarks: a grid that fills the window, with eye corners, brow and chin in their places. */
function landmarksIn({ x, y, size }: FaceCrop): Float32Array {
  const points = new Float32Array(landmarkCount * 3);
  for (let i = 0; i < landmarkCount; i++) {
    points[i * 3] = x + size * (((i % 22) + 0.5) / 22 - 0.5);
    points[i * 3 + 1] = y + size * ((Math.floor(i / 22) + 0.5) / 22 - 0.5);
  }
  const place = (i: number, u: number, v: number) => points.set([x + u * size, y + v * size, 0], i * 3);
  place(33, -0.3, -0.2);
  place(263, 0.3, -0.2);
  place(10, 0, -0.5);
  place(152, 0, 0.5);
  place(0, -0.5, 0);
  place(1, 0.5, 0);
  return points;
}

/** A world of faces: the detector sees all of them, the network the one under the middle of the crop. */
function worldOf(faces: FaceCrop[]) {
  const calls = { searches: 0, thorough: 0 };
  const detector: FaceDetector = {
    session,
    async *search(_pyramid, options) {
      calls.searches++;
      if (options?.thorough) calls.thorough++;
      yield faces.map(({ x, y, size }): FaceDetection => ({
        x,
        y,
        size: size / 1.4,
        roll: 0,
        keypoints: new Float32Array(12),
        score: 0.9,
      }));
    },
  };
  const network: LandmarkNetwork = {
    session,
    predict: async (_pyramid, crops) =>
      crops.map((crop) => {
        const face = faces.find(({ x, y, size }) => Math.hypot(x - crop.x, y - crop.y) < size / 2);
        return face
          ? { points: landmarksIn(face), presence: 1 }
          : { points: new Float32Array(landmarkCount * 3), presence: 0 };
      }),
  };
  return { faces, calls, detector, network };
}

const at = (x: number, y: number, size: number): FaceCrop => ({ x, y, size, roll: 0 });

test('the window of landmarks is their own box', () => {
  const window = windowOfLandmarks(landmarksIn(at(120, 90, 60)));
  expect(window.x).toBeCloseTo(120, 3);
  expect(window.y).toBeCloseTo(90, 3);
  expect(window.size).toBeCloseTo(60, 3);
  expect(window.roll).toBeCloseTo(0, 6);
});

test('a face is searched once and then followed', async () => {
  const world = worldOf([at(100, 100, 60)]);
  const tracker = createFaceTracker(world);
  for (let frame = 0; frame < 5; frame++) {
    world.faces[0].x += 2;
    expect((await tracker.next(image))?.window.x).toBeCloseTo(world.faces[0].x, 3);
  }
  expect(world.calls.searches).toBe(1);
});

test('the largest face is taken by default, another by its place in the order of size', async () => {
  const faces = [at(60, 100, 40), at(200, 100, 90), at(330, 100, 60)];
  const chosen = async (face: number) => (await createFaceTracker({ ...worldOf(faces), face }).next(image))?.window.x;
  expect(await chosen(0)).toBeCloseTo(200, 3);
  expect(await chosen(1)).toBeCloseTo(330, 3);
  expect(await chosen(2)).toBeCloseTo(60, 3);
  expect(await chosen(3)).toBeUndefined();
});

test('a face that was chosen stays chosen when another becomes larger or it is lost for a while', async () => {
  const world = worldOf([at(100, 100, 80), at(280, 100, 60)]);
  const tracker = createFaceTracker(world);
  await tracker.next(image);
  world.faces[1].size = 150;
  expect((await tracker.next(image))?.window.x).toBeCloseTo(100, 3);
  const [mine] = world.faces.splice(0, 1);
  expect(await tracker.next(image)).toBeUndefined();
  expect(await tracker.next(image)).toBeUndefined();
  world.faces.push({ ...mine, x: 120 });
  expect((await tracker.next(image))?.window.x).toBeCloseTo(120, 3);
});

test('a long absence costs a thorough search only now and then', async () => {
  const world = worldOf([]);
  const tracker = createFaceTracker(world);
  for (let frame = 0; frame < 20; frame++) expect(await tracker.next(image)).toBeUndefined();
  expect(world.calls).toEqual({ searches: 20, thorough: 2 });
});

test('unordered pictures are searched one by one', async () => {
  const world = worldOf([at(100, 100, 60)]);
  const tracker = createFaceTracker({ ...world, ordered: false });
  await tracker.next(image);
  world.faces[0] = at(300, 200, 120);
  expect((await tracker.next(image))?.window.x).toBeCloseTo(300, 3);
  expect(world.calls.searches).toBe(2);
});

test('a track goes on with the nearest face, but not with one that is too far away', () => {
  const faces = [{ window: at(100, 100, 50) }, { window: at(300, 100, 50) }];
  expect(chooseSameFace(faces, at(110, 100, 55), 1)).toBe(faces[0]);
  expect(chooseSameFace(faces, at(180, 100, 50), 0)).toBeUndefined();
  expect(chooseSameFace(faces, at(180, 100, 50), 10)).toBe(faces[0]);
  expect(chooseSameFace([], at(0, 0, 10), 0)).toBeUndefined();
});

test('an aborted signal stops the tracker', async () => {
  const tracker = createFaceTracker({ ...worldOf([]), signal: AbortSignal.abort() });
  await expect(tracker.next(image)).rejects.toThrow();
});
