import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { type CanonicalMap } from '../../../src/canonical/canonical-map.js';
import { type Sequence } from '../../../src/geometry/sequence.js';
import { formatMap } from '../../../src/io/canonical/map-file.js';
import { readCanonical } from '../../../src/io/canonical/read-canonical.js';
import { formatNpy, type NpyArray } from '../../../src/tensor/npy.js';
import { formatNpz } from '../../../src/tensor/npz.js';
import { createCanonicalNetwork } from '../../fixtures/canonical-network.js';
import { createCanonicalView } from '../../fixtures/canonical-views.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowfit-maps-'));
});
afterEach(() => rm(folder, { recursive: true }));

const { map: exact } = createCanonicalView({ size: 48 });
const floats = (data: Float32Array, ...shape: number[]): NpyArray => ({ dtype: 'float32', shape, data });
const save = async (name: string, content: Uint8Array | string) => {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

/** Pictures of 96 by 96 pixels: the maps are half their size. */
function sequence({ frames = [0], cameras = ['cam0'] } = {}): Sequence {
  return {
    cameraIds: cameras,
    viewCount: cameras.length,
    frameCount: frames.length,
    frameNumbers: frames,
    times: Float64Array.from(frames),
    imageSizes: cameras.map(() => ({ width: 96, height: 96 })),
    warnings: [],
    read: async () => ({ width: 96, height: 96, data: new Uint8Array(96 * 96 * 3).fill(90) }),
    close: async () => undefined,
  };
}

/** What two maps say at the same pixels of the picture. */
function expectSame(map: CanonicalMap | undefined, truth: CanonicalMap, scale: number, tolerance = 1e-6): void {
  let compared = 0;
  const m = map!.imageFromMap;
  for (let cell = 0; cell < map!.mask.length; cell++) {
    const x = m[0] * ((cell % map!.width) + 0.5) + m[2];
    const y = m[4] * (Math.floor(cell / map!.width) + 0.5) + m[5];
    const other = Math.floor(y / scale) * truth.width + Math.floor(x / scale);
    expect(map!.mask[cell]).toBe(truth.mask[other]);
    if (!map!.mask[cell]) continue;
    compared++;
    for (let a = 0; a < 3; a++) {
      expect(Math.abs(map!.values[cell * 3 + a] - truth.values[other * 3 + a])).toBeLessThan(tolerance);
    }
  }
  expect(compared).toBe(truth.mask.reduce((sum, inside) => sum + inside, 0));
}

const background = exact.values.map((value, i) => (exact.mask[Math.floor(i / 3)] ? value : NaN));

test('a written map is read again, with sigma, depth and its place in the picture', async () => {
  const sigma = Float32Array.from(exact.mask, (_, cell) => cell + 1);
  const path = await save('a.npz', formatMap({ ...exact, sigma }));
  const { maps, space } = await readCanonical(path, sequence());
  expect(space).toBe('unit-cube');
  expectSame(maps[0], exact, 1);
  const first = exact.mask.indexOf(1);
  const own = maps[0]!.mask.indexOf(1);
  expect(maps[0]!.sigma![own]).toBe(first + 1);
  expect(maps[0]!.depth![own]).toBe(exact.depth![first]);
  // Cut to its foreground.
  expect(maps[0]!.mask.length).toBeLessThan(exact.mask.length);
});

test('npy, either layout: NaN is background, and the map shows the whole picture', async () => {
  const last = await save('a.npy', formatNpy(floats(background, 48, 48, 3)));
  expectSame((await readCanonical(last, sequence())).maps[0], exact, 2);
  const planes = background.map((_, i) => background[(i % (48 * 48)) * 3 + Math.floor(i / (48 * 48))]);
  const first = await save('b.npy', formatNpy(floats(planes, 3, 48, 48)));
  expectSame((await readCanonical(first, sequence())).maps[0], exact, 2);
});

test('a PNG of 16 bits: black is background', async () => {
  const codes = Uint16Array.from(exact.values, (value, i) =>
    exact.mask[Math.floor(i / 3)] ? Math.max(1, Math.round(value * 65535)) : 0,
  );
  const raw = { width: 48, height: 48, channels: 3 as const };
  const image = sharp(codes, { raw }).toColourspace('rgb16').png();
  const path = await save('a.png', await image.toBuffer());
  expectSame((await readCanonical(path, sequence())).maps[0], exact, 2, 1 / 65535);
});

test('raw predictions of several frames: confidence becomes sigma, settings give the space', async () => {
  const twice = (values: Float32Array) => Float32Array.from([...values, ...values]);
  const conf = twice(Float32Array.from(exact.mask, (inside) => 2 * inside));
  const depth = twice(new Float32Array(48 * 48).fill(0.7));
  const path = await save(
    'predictions.npz',
    formatNpz({
      canonical: floats(twice(exact.values), 2, 48, 48, 3),
      conf: floats(conf, 2, 48, 48),
      depth: floats(depth, 2, 48, 48, 1),
    }),
  );
  await save('canonical.json', JSON.stringify({ format: 'flowfit-canonical/1', space: 'flame-centred', scale: 0.5 }));
  const { maps, space } = await readCanonical(path, sequence({ frames: [3, 4] }));
  expect(space).toBe('flame-centred');
  for (const map of maps) {
    expectSame(map, { ...exact, values: exact.values.map((value) => value / 2) }, 2);
    const cell = map!.mask.indexOf(1);
    expect(map!.sigma![cell]).toBeCloseTo((0.5 * 0.2) / 2, 7);
    expect(map!.depth![cell]).toBeCloseTo(0.7, 6);
  }
});

test('files are joined by camera and frame number, a missing one is no map', async () => {
  for (const name of ['left/f_010.npz', 'left/f_012.npz', 'right/1/../x10.npz', 'right/x11.npz']) {
    await save(name, formatMap(exact));
  }
  const { maps } = await readCanonical(folder, sequence({ frames: [10, 11, 12], cameras: ['left', 'right'] }));
  expect(maps.map((map) => map !== undefined)).toEqual([true, true, false, true, true, false]);
});

test('a foreground mask of another size takes away what it does not show', async () => {
  const path = await save('maps/a.npz', formatMap({ ...exact, imageFromMap: Float64Array.of(2, 0, 0, 0, 2, 0) }));
  const half = Uint8Array.from({ length: 24 * 24 }, (_, p) => (p % 24 < 12 ? 255 : 0));
  const png = await sharp(half, { raw: { width: 24, height: 24, channels: 1 } })
    .png()
    .toBuffer();
  const masks = await save('masks/a.png', png);
  const { maps } = await readCanonical(path, sequence(), { masks });
  const shown = maps[0]!.mask.reduce((sum, inside, cell) => sum + inside * (cell % maps[0]!.width), 0);
  expect(shown).toBeGreaterThan(0);
  const columns = Array.from(maps[0]!.mask.keys()).filter((cell) => maps[0]!.mask[cell]);
  const rightmost = Math.max(...columns.map((cell) => maps[0]!.imageFromMap[2] / 2 + (cell % maps[0]!.width)));
  expect(rightmost).toBe(23);
});

test('a network reads the pictures of the same sequence', async () => {
  const path = await save('net.onnx', createCanonicalNetwork());
  const { maps, engine } = await readCanonical(path, sequence(), { device: 'cpu' });
  expect(engine!.provider).toBe('cpu');
  expect(maps[0]!.values[0]).toBeCloseTo(90 / 255, 5);
});

describe('refused with one sentence', () => {
  const refuse = async (name: string, content: Uint8Array | string, sentence: string, given = sequence()) => {
    const path = await save(name, content);
    const error = await readCanonical(path, given).then(
      () => new Error('read'),
      (reason: Error) => reason,
    );
    expect(error.message).toContain(sentence);
    expect(error.message).toContain(folder);
    expect(error.message.split('\n')).toHaveLength(1);
  };
  const cells = floats(new Float32Array(48), 4, 4, 3);

  test('another file', () => refuse('a.txt', 'x', 'expected a canonical map as .npz, .npy or .png.'));
  test('no array', () => refuse('a.npz', formatNpz({ values: cells }), "expected an array 'canonical' or"));
  test('another shape', () => refuse('a.npy', formatNpy(floats(new Float32Array(16), 4, 4)), 'got [4, 4].'));
  test('planes of another size', () =>
    refuse(
      'a.npz',
      formatNpz({ canonical: cells, depth: floats(new Float32Array(8), 4, 2) }),
      "expected 'depth' of shape [4, 4]",
    ));
  test('another number of pictures', () =>
    refuse(
      'a.npy',
      formatNpy(floats(new Float32Array(96), 2, 4, 4, 3)),
      'expected the maps of 3 pictures, got 2.',
      sequence({ frames: [0, 1, 2] }),
    ));
  test('a map too large', () =>
    refuse(
      'a.npy',
      formatNpy({ dtype: 'uint8', shape: [1, 2 ** 25, 3], data: new Uint8Array(3 * 2 ** 25) }),
      'expected a map of 1 to 16777216 cells',
    ));
  test('an array cut off', () => refuse('a.npy', formatNpy(cells).subarray(0, 200), 'a.npy'));
  test('strings', () =>
    refuse(
      'a.npy',
      formatNpy({ dtype: 'string', shape: [1, 1, 3], data: ['a', 'b', 'c'] }),
      'expected numbers, got strings.',
    ));
  test('no foreground', () =>
    refuse(
      'a.npy',
      formatNpy(floats(new Float32Array(48).fill(NaN), 4, 4, 3)),
      'expected canonical maps with foreground',
    ));
  test('a place that is none', () =>
    refuse(
      'a.npz',
      formatNpz({ canonical: cells, image_from_map: floats(new Float32Array(6).fill(NaN), 2, 3) }),
      "expected finite numbers in 'imageFromMap'",
    ));
  test('a place of another shape', () =>
    refuse(
      'a.npz',
      formatNpz({ canonical: cells, image_from_map: floats(new Float32Array(9), 3, 3) }),
      "expected 'imageFromMap' of shape [2, 3], got [3, 3].",
    ));
  test('a PNG of 8 bits', async () => {
    const png = await sharp(new Uint8Array(48), { raw: { width: 4, height: 4, channels: 3 } })
      .png()
      .toBuffer();
    await refuse('a.png', png, 'expected a PNG of 16 bits a channel in colour, got png of 8 bits');
  });
  test('no PNG at all', () => refuse('a.png', 'not a picture', 'expected a PNG of 16 bits a channel in colour, got'));
  test.each([
    [{ format: 'other/1' }, "expected the format flowfit-canonical/1, got 'other/1'."],
    [{ format: 'flowfit-canonical/1', space: 'torus' }, "expected the space unit-cube or flame-centred, got 'torus'."],
    [{ format: 'flowfit-canonical/1', scale: -1 }, 'expected a scale above 0, got -1.'],
    [{ format: 'flowfit-canonical/1', leastConfidence: 'x' }, 'expected leastConfidence as a number, got x.'],
  ])('settings %j', async (settings, sentence) => {
    await save('canonical.json', JSON.stringify(settings));
    await refuse('a.npy', formatNpy(cells), sentence);
  });
  test('folders', async () => {
    const two = sequence({ cameras: ['left', 'right'] });
    await expect(readCanonical(join(folder, 'gone'), two)).rejects.toThrow('there is no such file or folder');
    await expect(readCanonical(folder, sequence())).rejects.toThrow(
      'expected canonical maps (npz, npy, png), got none.',
    );
    await expect(readCanonical(folder, two)).rejects.toThrow("expected a folder 'left' with the canonical maps");
    const file = await save('a.npy', formatNpy(cells));
    await expect(readCanonical(file, two)).rejects.toThrow(
      'expected a folder with the canonical maps of 2 cameras, got a file.',
    );
  });
});
