import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { type Camera } from '../../src/geometry/camera.js';
import { openSequence } from '../../src/io/open-sequence.js';

const root = mkdtempSync(join(tmpdir(), 'flowfit-sequence-'));

/** Writes a picture of one grey. */
async function picture(path: string, grey: number, width = 32, height = 24): Promise<string> {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: { r: grey, g: grey, b: grey } } }).toFile(full);
  return full;
}

function camera(id: string, width = 32, height = 24): Camera {
  const K = Float64Array.of(100, 0, width / 2, 0, 100, height / 2, 0, 0, 1);
  const cameraFromWorld = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
  return { id, width, height, K, cameraFromWorld, distortion: new Float64Array(5) };
}

/** The grey of a frame, `undefined` where it is missing. */
async function grey(sequence: Awaited<ReturnType<typeof openSequence>>, frame: number, view: number) {
  return (await sequence.read(frame, view))?.data[0];
}

describe('one camera', () => {
  test('an image', async () => {
    const sequence = await openSequence(await picture('single/portrait.png', 77));
    expect([sequence.cameraIds, sequence.frameCount, sequence.imageSizes]).toEqual([
      ['portrait'],
      1,
      [{ width: 32, height: 24 }],
    ]);
    expect(await grey(sequence, 0, 0)).toBe(77);
  });

  test('a folder, in the order of its numbers, in part', async () => {
    for (const number of [1, 2, 9, 10, 11]) await picture(`folder/frame_${number}.png`, number * 10);
    writeFileSync(join(root, 'folder/notes.txt'), 'not a picture');
    const sequence = await openSequence(join(root, 'folder'));
    expect(sequence.cameraIds).toEqual(['folder']);
    expect(sequence.frameNumbers).toEqual([1, 2, 9, 10, 11]);
    expect(sequence.times[2]).toBeCloseTo(9 / 25, 12);
    expect(await grey(sequence, 3, 0)).toBe(100);
    const part = await openSequence(join(root, 'folder'), { frames: { start: 1, stop: 5, step: 2 } });
    expect(part.frameNumbers).toEqual([2, 10]);
    await expect(openSequence(join(root, 'folder'), { frames: { start: 7 } })).rejects.toThrow(/got none from 7::1/);
  });

  test('names without numbers are frames in their order, and say so', async () => {
    for (const [i, name] of ['b', 'a', 'c'].entries()) await picture(`named/${name}.png`, i);
    const sequence = await openSequence(join(root, 'named'));
    expect(sequence.frameNumbers).toEqual([0, 1, 2]);
    expect(sequence.warnings[0]).toMatch(/numbered by their order/);
    expect(await grey(sequence, 0, 0)).toBe(1);
  });

  test('photographs of different sizes are centred on one size', async () => {
    await picture('photos/a.png', 200, 20, 10);
    await picture('photos/b.png', 100, 10, 30);
    const sequence = await openSequence(join(root, 'photos'), { unordered: true });
    expect(sequence.imageSizes).toEqual([{ width: 20, height: 30 }]);
    expect(sequence.warnings).toEqual([expect.stringMatching(/differ in size/)]);
    const { data } = (await sequence.read(0, 0))!;
    expect([data[9 * 60], data[10 * 60], data[19 * 60], data[20 * 60]]).toEqual([0, 200, 200, 0]);
    await expect(openSequence(join(root, 'photos')).then((ordered) => ordered.read(1, 0))).rejects.toThrow(
      /b\.png: expected 20 x 10 pixels .*, got 10 x 30/,
    );
  });
});

describe('pictures of every kind become 8-bit RGB', () => {
  const pixels = (bytes: number) => Buffer.alloc(4 * 2 * bytes, 128);
  const raw = (channels: 1 | 3 | 4) => ({ raw: { width: 4, height: 2, channels } });

  test.each<[string, (path: string) => Promise<unknown>, number]>([
    ['grey.png', (path) => sharp(pixels(1), raw(1)).toColourspace('b-w').toFile(path), 128],
    ['alpha.png', (path) => sharp(Buffer.alloc(32, 0), raw(4)).toFile(path), 255],
    ['16-bit.png', (path) => sharp(pixels(3), raw(3)).toColourspace('rgb16').png().toFile(path), 128],
    ['cmyk.jpg', (path) => sharp(pixels(3), raw(3)).toColourspace('cmyk').jpeg().toFile(path), 128],
    ['webp.webp', (path) => sharp(pixels(3), raw(3)).webp({ lossless: true }).toFile(path), 128],
  ])('%s', async (name, write, expected) => {
    mkdirSync(join(root, 'kinds'), { recursive: true });
    await write(join(root, 'kinds', name));
    const sequence = await openSequence(join(root, 'kinds', name));
    const image = (await sequence.read(0, 0))!;
    expect(image.data).toHaveLength(4 * 2 * 3);
    expect(Math.abs(image.data[0] - expected)).toBeLessThanOrEqual(name === 'cmyk.jpg' ? 15 : 3);
  });

  test('EXIF orientation is applied', async () => {
    const path = join(root, 'turned.jpg');
    await sharp(pixels(3), raw(3)).withMetadata({ orientation: 6 }).jpeg().toFile(path);
    const sequence = await openSequence(path);
    expect(sequence.imageSizes[0]).toEqual({ width: 2, height: 4 });
    expect(await sequence.read(0, 0)).toMatchObject({ width: 2, height: 4 });
  });
});

describe('several cameras', () => {
  beforeAll(async () => {
    for (const [id, frames] of Object.entries({ cam0: [0, 1, 2, 3], cam2: [1, 2, 3, 4], cam10: [2, 3] })) {
      for (const frame of frames) await picture(`rig/${id}/${frame}.png`, frame * 10 + Number(id.slice(3)));
    }
  });

  test('are joined by frame number, missing frames are warnings', async () => {
    const sequence = await openSequence(join(root, 'rig'));
    expect(sequence.cameraIds).toEqual(['cam0', 'cam2', 'cam10']);
    expect(sequence.frameNumbers).toEqual([0, 1, 2, 3, 4]);
    expect(await grey(sequence, 2, 2)).toBe(30);
    expect(await grey(sequence, 0, 1)).toBeUndefined();
    expect(sequence.warnings).toEqual([
      'camera cam0: 1 of 5 frames are missing, the first is 4.',
      'camera cam2: 1 of 5 frames are missing, the first is 0.',
      'camera cam10: 3 of 5 frames are missing, the first is 0.',
    ]);
  });

  test('with a calibration: rescaled, in the order asked for', async () => {
    const cameras = [camera('cam0', 64, 48), camera('cam10'), camera('cam2'), camera('other')];
    const sequence = await openSequence(join(root, 'rig'), { cameras, cameraIds: ['cam10', 'cam0'] });
    expect(sequence.cameras!.map(({ id }) => id)).toEqual(['cam10', 'cam0']);
    expect(sequence.cameras![1].K[0]).toBe(50);
  });

  test('pictures of all cameras in one folder, by NeRSemble names', async () => {
    for (const id of ['222200036', '222200037']) {
      for (const frame of ['00003', '00006']) await picture(`v1/images/cam_${id}_${frame}.png`, Number(frame));
    }
    const cameras = [camera('222200037'), camera('222200036')];
    const sequence = await openSequence(join(root, 'v1'), { cameras });
    expect(sequence.cameraIds).toEqual(['222200036', '222200037']);
    expect(sequence.frameNumbers).toEqual([3, 6]);
    expect(await grey(sequence, 1, 0)).toBe(6);
  });

  test('Multiface keeps cameras below a segment', async () => {
    await picture('multiface/images/E001/400002/000003.png', 5);
    await picture('multiface/images/E001/400004/000003.png', 6);
    expect((await openSequence(join(root, 'multiface'))).cameraIds).toEqual(['400002', '400004']);
  });

  test("Multiface's texture is no picture, and its numbers count three per frame of 30 a second", async () => {
    await picture('capture/tex_mean.png', 9);
    writeFileSync(join(root, 'capture/KRT'), '');
    const frames = [102, 105, 111, 114, 117];
    for (const frame of frames) await picture(`capture/images/E001/400002/${String(frame).padStart(6, '0')}.png`, 5);
    for (const path of ['capture', 'capture/images/E001', 'capture/images/E001/400002']) {
      const sequence = await openSequence(join(root, path));
      expect(sequence.cameraIds).toEqual(['400002']);
      expect(sequence.frameNumbers).toEqual(frames);
      expect(sequence.times[1] - sequence.times[0]).toBeCloseTo(1 / 30, 12);
      expect(sequence.times[2] - sequence.times[1]).toBeCloseTo(2 / 30, 12);
    }
    await picture('capture/images/E002/400002/000003.png', 5);
    await expect(openSequence(join(root, 'capture'))).rejects.toThrow(/expected one sequence, got several: E001, E002/);
  });
});

describe('refused', () => {
  test('an unreadable image, when it is read', async () => {
    const path = await picture('broken/1.jpg', 100, 200, 200);
    truncateSync(path, 400);
    const sequence = await openSequence(path);
    await expect(sequence.read(0, 0)).rejects.toThrow(`cannot read the image ${path}: `);
    writeFileSync(path, 'hello');
    await expect(openSequence(path)).rejects.toThrow(`cannot read the image ${path}: `);
  });

  test('an empty folder, a missing one, a file of another kind', async () => {
    mkdirSync(join(root, 'empty/also-empty'), { recursive: true });
    await expect(openSequence(join(root, 'empty'))).rejects.toThrow(/expected images, videos or a folder per camera/);
    await expect(openSequence(join(root, 'none'))).rejects.toThrow(/there is no such file or folder/);
    writeFileSync(join(root, 'text.txt'), 'hello');
    await expect(openSequence(join(root, 'text.txt'))).rejects.toThrow(/a file that ends in '\.txt'/);
  });

  test('no frame in common', async () => {
    await picture('apart/a/1.png', 1);
    await picture('apart/b/2.png', 1);
    await expect(openSequence(join(root, 'apart'))).rejects.toThrow(
      'camera a: its frames 1 to 1 are in no other camera; no frame in common.',
    );
  });

  test('a camera that the calibration or the input does not know', async () => {
    await expect(openSequence(join(root, 'rig'), { cameras: [camera('cam0'), camera('cam2')] })).rejects.toThrow(
      "camera cam10: expected one of the calibration's cameras (cam0, cam2), got none.",
    );
    await expect(openSequence(join(root, 'rig'), { cameraIds: ['cam7'] })).rejects.toThrow(
      'camera cam7: expected one of cam0, cam2, cam10, got none.',
    );
  });

  test('pictures of another aspect than the calibration', async () => {
    const cameras = ['cam0', 'cam2', 'cam10'].map((id) => camera(id, 24, 32));
    await expect(openSequence(join(root, 'rig'), { cameras })).rejects.toThrow(
      /camera cam0: expected pictures of 24 x 32/,
    );
  });

  test('several sequences in one folder', async () => {
    await picture('segments/E001/a/1.png', 1);
    await picture('segments/E002/a/1.png', 1);
    await expect(openSequence(join(root, 'segments'))).rejects.toThrow(/got several: E001, E002/);
  });
});
