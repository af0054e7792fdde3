import {
  type CanonicalContract,
  createCanonicalNetwork,
  readCanonicalContract,
} from '../../src/alignment/canonical-network.js';
import { createImagePyramid } from '../../src/alignment/image-pyramid.js';
import { predictCanonical } from '../../src/alignment/predict-canonical.js';
import { imageFromMap } from '../../src/canonical/map-points.js';
import { type RgbImage } from '../../src/geometry/image.js';
import {
  type CanonicalNetworkFixture,
  createCanonicalNetwork as createNetwork,
} from '../fixtures/canonical-network.js';

const start = (fixture: CanonicalNetworkFixture = {}) =>
  createCanonicalNetwork(createNetwork(fixture), 'net', { device: 'cpu' });

/** Colours that say where the pixel is: red to the right, green downwards, blue as given. */
function ramp(width: number, height: number, blue = 200): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) data.set([2 + (p % width), 2 + Math.floor(p / width), blue], p * 3);
  return { width, height, data };
}

test.each<[string, CanonicalNetworkFixture]>([
  ['channels first', {}],
  ['channels last', { channels: 'last' }],
  ['batches of one', { batch: 1 }],
  ['all outputs', { planes: { confidence: 3, sigma: 4, depth: 3 }, metadata: { least_confidence: '0.2' } }],
])('%s: every cell has the value of its own pixel', async (_, fixture) => {
  const network = await start(fixture);
  const image = ramp(200, 120);
  const crops = [
    { x: 100, y: 60, size: 64, roll: 0 },
    { x: 90, y: 70, size: 64, roll: 0.4 },
  ];
  const maps = await network.predict(crops.map((crop) => ({ pyramid: createImagePyramid(image), crop })));
  await network.session.release();
  for (const map of maps) {
    let compared = 0;
    for (let cell = 0; cell < map.mask.length; cell++) {
      const [x, y] = imageFromMap(map, (cell % map.width) + 0.5, Math.floor(cell / map.width) + 0.5);
      if (!map.mask[cell]) {
        expect(fixture.planes && (2 + x) / 255 < 0.21).toBe(true);
        continue;
      }
      compared++;
      expect(Math.abs(map.values[cell * 3] * 255 - 1.5 - x)).toBeLessThan(1);
      expect(Math.abs(map.values[cell * 3 + 1] * 255 - 1.5 - y)).toBeLessThan(1);
      if (!fixture.planes) continue;
      expect(map.sigma![cell]).toBeCloseTo(map.values[cell * 3 + 1] / 10, 6);
      expect(map.depth![cell]).toBeCloseTo(200 / 255, 5);
    }
    expect(compared).toBeGreaterThan(500);
  }
});

test('what lies outside the picture is background, whatever the network says of it', async () => {
  const network = await start();
  const crop = { x: 0, y: 60, size: 64, roll: 0 };
  const [map] = await network.predict([{ pyramid: createImagePyramid(ramp(200, 120)), crop }]);
  await network.session.release();
  Array.from(map.mask).forEach((inside, cell) => expect(inside).toBe(cell % 32 >= 16 ? 1 : 0));
});

test('a sequence of whole pictures, one of them missing, becomes maps cut to the pictures', async () => {
  const sequence = {
    frameCount: 2,
    viewCount: 1,
    read: async (frame: number) => (frame === 0 ? ramp(64, 32) : undefined),
  };
  const network = createNetwork({ metadata: { canonical_space: 'flame-centred 2' } });
  const { maps, space, engine } = await predictCanonical(sequence, network, { where: 'net', device: 'cpu' });
  expect([space, engine.provider]).toEqual(['flame-centred', 'cpu']);
  expect(maps[1]).toBeUndefined();
  expect([maps[0]!.width, maps[0]!.height]).toEqual([32, 16]);
  expect(imageFromMap(maps[0]!, 0, 0)).toEqual([0, 0]);
  expect(imageFromMap(maps[0]!, 32, 16)).toEqual([64, 32]);
  // The scale of the space is in the values.
  expect(maps[0]!.values[2]).toBeCloseTo((2 * 200) / 255, 5);
});

test('the contract is read', () => {
  const read = (metadata: Record<string, string>): CanonicalContract =>
    readCanonicalContract(createNetwork({ metadata }), 'net');
  expect(read({})).toMatchObject({ space: 'unit-cube', scale: 1, cropScale: undefined, leastConfidence: 0.5 });
  expect(read({ canonical_space: 'flame-centred 0.15', crop_scale: '2.4', least_confidence: '1.5' })).toMatchObject({
    space: 'flame-centred',
    scale: 0.15,
    cropScale: 2.4,
    leastConfidence: 1.5,
  });
});

test.each<[string, CanonicalNetworkFixture, string]>([
  [
    'another contract',
    { metadata: { contract: 'uv-flow/1' } },
    "expected a network of the contract canonical-map/1, got 'uv-flow/1'.",
  ],
  ['an unknown space', { metadata: { canonical_space: 'sphere' } }, "in flowfit.canonical_space, got 'sphere'."],
  ['a scaled cube', { metadata: { canonical_space: 'unit-cube 2' } }, "in flowfit.canonical_space, got 'unit-cube 2'."],
  ['no scale', { metadata: { canonical_space: 'flame-centred zero' } }, "got 'flame-centred zero'."],
  [
    'a crop out of range',
    { metadata: { crop_scale: '20' } },
    "expected flowfit.crop_scale between 0.5 and 8, got '20'.",
  ],
  [
    'a confidence in words',
    { metadata: { least_confidence: 'high' } },
    "expected flowfit.least_confidence between 0 and 1000000, got 'high'.",
  ],
  ['another input', { names: { image: 'input' } }, "expected an input 'image', got input."],
  ['another output', { names: { canonical: 'uvw' } }, "expected an output 'canonical', got uvw."],
])('%s is refused with one sentence', async (_, fixture, sentence) => {
  const error = await start(fixture).then(
    () => new Error('started'),
    (reason: Error) => reason,
  );
  expect(error.message).toContain(sentence);
  expect(error.message).toMatch(/^net: /);
});
