import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { alignSequence, type AlignSequenceOptions } from '../../src/alignment/align-sequence.js';
import { type Alignment } from '../../src/alignment/alignment.js';
import { type RgbImage } from '../../src/geometry/image.js';
import { pastedSmall, pixels, sequenceOf } from '../fixtures/photographs.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const photographs = join(process.cwd(), '../shared/data/photos-public-domain');
const present = existsSync(photographs);
if (!present) console.log('real-faces: no photographs in ../shared/data/photos-public-domain; skipped.');
const onPhotographs = present ? test : test.skip;

/** Landmarks as one sees them in the pictures: iris centres, mouth corners, nose tip, chin; pixels. */
const seen: Record<string, Record<number, [number, number]>> = {
  'obama.jpg': { 468: [443, 212], 473: [550, 211], 61: [434, 320], 291: [557, 317], 1: [497, 285], 152: [496, 423] },
  'astronaut.png': {
    468: [203, 101],
    473: [247, 103],
    61: [203, 139],
    291: [246, 141],
    1: [224, 131],
    152: [221, 178],
  },
  // Looks to the side, where the mesh's own irises lag behind.
  'obama2.jpg': { 468: [248, 367], 473: [364, 377], 61: [246, 520], 291: [357, 526] },
  'biden.jpg': { 468: [532, 323], 473: [651, 347], 61: [522, 458], 291: [625, 478], 1: [595, 413], 152: [562, 562] },
};

const photograph = (name: string) => sharp(join(photographs, name)).toColourspace('srgb');

/** The tiny head has all 478 landmarks, so point n is landmark n. */
const align = (images: (RgbImage | undefined)[], options: Partial<AlignSequenceOptions> = {}) =>
  alignSequence(sequenceOf(images), { head: createTinyHead(), ordered: false, device: 'cpu', ...options });

const pointAt = ({ mu, points }: Alignment, frame: number, n: number): [number, number] => {
  const at = (frame * points.faces.length + n) * 2;
  return [mu[at], mu[at + 1]];
};
const distance = ([x0, y0]: [number, number], [x1, y1]: [number, number]) => Math.hypot(x1 - x0, y1 - y0);
const faceHeight = ({ faceBoxes }: Alignment, frame: number) => faceBoxes[frame * 4 + 3] - faceBoxes[frame * 4 + 1];

onPhotographs('landmarks sit where one sees them, with sigmas of their size', async () => {
  const names = Object.keys(seen);
  const alignment = await align(await Promise.all(names.map((name) => pixels(photograph(name)))));
  names.forEach((name, frame) => {
    const height = faceHeight(alignment, frame);
    for (const [n, place] of Object.entries(seen[name])) {
      expect(distance(pointAt(alignment, frame, Number(n)), place)).toBeLessThan(Math.max(1.5, 0.015 * height));
    }
    const sigma = [...alignment.sigma.subarray(frame * 478, (frame + 1) * 478)].sort((a, b) => a - b);
    expect(sigma[239]).toBeGreaterThan(0.005 * height);
    expect(sigma[239]).toBeLessThan(0.03 * height);
  });
  expect(alignment.engine).toEqual({ provider: 'cpu', refused: [] });
});

onPhotographs('turned, upside-down and tiny faces give the same landmarks', async () => {
  const upright = await pixels(photograph('obama.jpg'));
  const [turned, upsideDown] = await Promise.all(
    [90, 180].map((angle) => pixels(photograph('obama.jpg').rotate(angle))),
  );
  const scale = 40 / 300;
  const width = Math.round(upright.width * scale);
  const canvas = { width: 1280, height: 720, background: '#465' };
  const tiny = await pastedSmall(photograph('obama.jpg'), { width, left: 700, top: 300 }, canvas);
  const alignment = await align([upright, turned, upsideDown, tiny]);
  for (const n of [468, 473, 61, 291, 1, 10, 152]) {
    const [x, y] = pointAt(alignment, 0, n);
    expect(distance(pointAt(alignment, 1, n), [upright.height - y, x])).toBeLessThan(3);
    expect(distance(pointAt(alignment, 2, n), [upright.width - x, upright.height - y])).toBeLessThan(3);
    expect(distance(pointAt(alignment, 3, n), [700 + x * scale, 300 + y * scale])).toBeLessThan(1);
  }
});

onPhotographs('of two faces the larger is taken, or the one asked for', async () => {
  const [left, right] = await Promise.all([
    photograph('obama.jpg')
      .resize({ width: 640 })
      .extract({ left: 0, top: 0, width: 640, height: 720 })
      .png()
      .toBuffer(),
    photograph('obama2.jpg')
      .resize({ width: 500 })
      .extract({ left: 0, top: 100, width: 500, height: 620 })
      .png()
      .toBuffer(),
  ]);
  const canvas = sharp({ create: { width: 1280, height: 720, channels: 3, background: '#333' } });
  const both = canvas.composite([
    { input: left, left: 0, top: 0 },
    { input: right, left: 700, top: 10 },
  ]);
  const image = await pixels(sharp(await both.png().toBuffer()));
  const noseOf = async (face: number) => pointAt(await align([image], { face }), 0, 1)[0];
  expect(await noseOf(0)).toBeGreaterThan(640);
  expect(await noseOf(1)).toBeLessThan(640);
});

onPhotographs('a picture without a face and a missing frame are absent observations', async () => {
  const seenCounts: number[] = [];
  const faceless = await pixels(photograph('biden.jpg').extract({ left: 0, top: 1400, width: 400, height: 300 }));
  const face = await pixels(photograph('astronaut.png'));
  const alignment = await align([faceless, undefined, face], {
    onProgress: ({ seen: count }) => seenCounts.push(count),
  });
  expect(seenCounts).toEqual([0, 0, 1]);
  expect(alignment.sigma.subarray(0, 2 * 478).every((sigma) => sigma === 0)).toBe(true);
  expect(alignment.faceBoxes.subarray(0, 8).every((edge) => edge === 0)).toBe(true);
  expect(alignment.sigma.subarray(2 * 478).every((sigma) => sigma > 0)).toBe(true);
  expect(alignment.mu.every(Number.isFinite)).toBe(true);
});

test('a head without the 478 landmarks is refused by name', async () => {
  const head = { ...createTinyHead(), landmarks478: undefined };
  await expect(alignSequence(sequenceOf([]), { head })).rejects.toThrow(
    'head model tiny-head: expected an embedding of the 478 landmarks, got none.',
  );
});
