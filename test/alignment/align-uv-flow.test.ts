import sharp from 'sharp';
import { alignUvFlow, type AlignUvFlowOptions } from '../../src/alignment/align-uv-flow.js';
import { type Alignment } from '../../src/alignment/alignment.js';
import { type FlowSegment, formatFlowSegment, parseFlowSegment } from '../../src/alignment/flow-checkpoint.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type RgbImage } from '../../src/geometry/image.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { assetPath } from '../../src/io/asset-path.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { pastedSmall, pixels, sequenceOf } from '../fixtures/photographs.js';
import { createFlatHead, createUvFlowNetwork } from '../fixtures/uv-flow-network.js';

/** A bundled photograph whose face is found by the real detector; the flow's answer is the middle of any crop. */
const photograph = () => sharp(assetPath('demo', 'astronaut.jpg')).removeAlpha().toColourspace('srgb');
const network = createUvFlowNetwork({ resolution: 32, blind: true });
const head = createFlatHead();

const align = (sequence: Sequence, options: Partial<AlignUvFlowOptions> = {}) =>
  alignUvFlow(sequence, { head, network, where: 'net', ordered: false, device: 'cpu', ...options });

const place = ({ mu, points }: Alignment, frame: number, n: number) => {
  const at = (frame * points.faces.length + n) * 2;
  return [mu[at], mu[at + 1]];
};

/** Largest distance between corresponding points, pixels. */
function farthest(a: number[][], b: number[][]): number {
  return Math.max(...a.map(([x, y], n) => Math.hypot(x - b[n][0], y - b[n][1])));
}

test('upright, turned and 32-pixel faces are cropped alike', async () => {
  const upright = await pixels(photograph());
  const turned = await pixels(sharp(await photograph().rotate(90).png().toBuffer()));
  const scale = 32 / 105;
  const width = Math.round(upright.width * scale);
  const canvas = { width: 640, height: 480, background: '#456' };
  const tiny = await pastedSmall(photograph(), { width, left: 300, top: 200 }, canvas);
  const alignment = await align(sequenceOf([upright, turned, tiny]));
  const count = alignment.points.faces.length;
  const all = (frame: number) => Array.from({ length: count }, (_, n) => place(alignment, frame, n));
  const [left, top, right, bottom] = alignment.faceBoxes;
  const size = Math.max(right - left, bottom - top);
  const asTurned = all(0).map(([x, y]) => [upright.height - y, x]);
  const asTiny = all(0).map(([x, y]) => [300 + x * scale, 200 + y * scale]);
  expect(size).toBeGreaterThan(80);
  expect(size).toBeLessThan(140);
  expect(farthest(asTurned, all(1))).toBeLessThan(0.12 * size);
  expect(farthest(asTiny, all(2))).toBeLessThan(0.12 * size * scale);
  expect(alignment.engine.provider).toBe('cpu');
});

test('without a face, with half of one, and with missing pictures the fit has its status', async () => {
  const face = await pixels(photograph());
  const faceless: RgbImage = { ...face, data: new Uint8Array(face.data.length).fill(90) };
  const half: RgbImage = { ...face, data: face.data.slice() };
  for (let i = 0; i < half.data.length; i++) if ((i / 3) % face.width > 224) half.data[i] = 40;
  const alignment = await align(sequenceOf([faceless, undefined, half, face]));
  const count = alignment.points.faces.length;
  const seen = (frame: number) => alignment.sigma.subarray(frame * count, (frame + 1) * count).some((s) => s > 0);
  expect([seen(0), seen(1), seen(3)]).toEqual([false, false, true]);
  expect(alignment.mu.every(Number.isFinite)).toBe(true);
  expect([...alignment.faceBoxes.subarray(0, 8)]).toEqual(new Array(8).fill(0));
  const nothing = await fitSequence({ head, alignment: await align(sequenceOf([faceless])), unordered: true });
  expect(nothing.status).toBe('noObservations');
  const some = await fitSequence({ head, alignment, unordered: true });
  expect(['converged', 'maxSteps']).toContain(some.status);
  expect([...some.frameObserved]).toEqual([0, 0, seen(2) ? 1 : 0, 1]);
});

test('lens distortion is taken out, and progress is told', async () => {
  const face = await pixels(photograph());
  const camera = createTestCamera({ id: 'cam0', width: face.width, height: face.height, focal: 900 });
  const bent = { ...camera, distortion: Float64Array.of(-0.2, 0, 0, 0, 0) };
  const told: number[] = [];
  const plain = await align(sequenceOf([face]));
  const straight = await align(sequenceOf([face], { cameras: [bent] }), {
    onProgress: ({ done, total, seen }) => told.push(done, total, seen),
  });
  expect(told).toEqual([1, 1, 1]);
  const [x, y] = place(plain, 0, 0);
  const [u, v] = place(straight, 0, 0);
  const centre = [camera.K[2], camera.K[5]];
  expect(Math.hypot(u - centre[0], v - centre[1])).toBeGreaterThan(Math.hypot(x - centre[0], y - centre[1]));
});

test('an abort stops it', async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(align(sequenceOf([await pixels(photograph())]), { signal: controller.signal })).rejects.toThrow();
});

test('a killed run goes on from its checkpoint to the same observations', async () => {
  const face = await pixels(photograph());
  const images = [face, face, undefined, face];
  const segments: Uint8Array[] = [];
  const checkpoint = {
    everySeconds: 0,
    load: async () => segments.map((bytes) => parseFlowSegment(bytes)),
    save: async (segment: FlowSegment) => void segments.push(formatFlowSegment(segment)),
  };
  const read: number[] = [];
  const sequence = (failing?: number) =>
    sequenceOf(images, {
      read: async (frame) => {
        if (frame === failing) throw new Error('killed');
        read.push(frame);
        return images[frame];
      },
    });
  const whole = await align(sequence(), { ordered: true });
  await expect(align(sequence(2), { ordered: true, checkpoint })).rejects.toThrow('killed');
  expect(segments.length).toBe(2);
  read.length = 0;
  const resumed = await align(sequence(), { ordered: true, checkpoint });
  expect(read).toEqual([2, 3]);
  for (const key of ['mu', 'sigma', 'faceBoxes'] as const) expect(resumed[key]).toEqual(whole[key]);
  read.length = 0;
  const again = await align(sequence(), { ordered: true, checkpoint });
  expect(read).toEqual([]);
  expect(again.mu).toEqual(whole.mu);
  expect(() => parseFlowSegment(segments[0].subarray(0, 200))).toThrow();
});
