import { createImagePyramid } from '../../src/alignment/image-pyramid.js';
import { createUvFlowNetwork, readUvFlowContract } from '../../src/alignment/uv-flow-network.js';
import { sampleUvFlow, uvFlowPoints } from '../../src/alignment/uv-flow-sampler.js';
import { createTinyHead } from '../fixtures/tiny-head.js';
import { createUvFlowNetwork as createNetwork, type UvFlowFixture } from '../fixtures/uv-flow-network.js';
import { squarePicture } from '../fixtures/square-picture.js';

const start = (fixture: UvFlowFixture = {}) => createUvFlowNetwork(createNetwork(fixture), 'net', { device: 'cpu' });
const uv = Float32Array.of(0.5, 0.5, 0.7, 0.5, 0.5, 0.8, 0.31, 0.62);

/** Where the fixture's network lays a UV: the square is 40 pixels wide and the span half of the UV square. */
function expected(x: number, y: number, size: number) {
  return Array.from(uv, (value, i) =>
    i % 2 === 0 ? x + (size / 0.5) * (value - 0.5) : y + (size / 0.5) * (0.5 - value),
  );
}

describe('flow and sigma at vertices', () => {
  const image = squarePicture(200, 160, { x: 90, y: 70, size: 40 });
  const crop = { x: 96, y: 64, size: 100, roll: 0 };

  test.each<[string, UvFlowFixture, number]>([
    ['channels last', {}, 0.25],
    ['channels first', { channels: 'first' }, 0.25],
    ['float16', { type: 'float16' }, 0.5],
    ['batches of one', { batch: 1 }, 0.25],
  ])('%s', async (_, fixture, tolerance) => {
    const network = await start(fixture);
    const other = { x: 80, y: 80, size: 120, roll: 0 };
    const maps = await network.predict([crop, other].map((own) => ({ pyramid: createImagePyramid(image), crop: own })));
    [crop, other].forEach((own, k) => {
      const { mu, sigma } = sampleUvFlow(maps[k], uv, own);
      expected(90, 70, 40).forEach((value, i) => expect(Math.abs(mu[i] - value)).toBeLessThan(tolerance));
      for (const value of sigma) expect(value).toBeCloseTo(0.4, fixture.type === 'float16' ? 1 : 2);
    });
    await network.session.release();
  });

  test('a turned crop gives the same places', async () => {
    const network = await start();
    const disc = squarePicture(200, 160, { x: 90, y: 70, size: 40 });
    const turned = { ...crop, roll: Math.PI / 2 };
    const [map] = await network.predict([{ pyramid: createImagePyramid(disc), crop: turned }]);
    const { mu } = sampleUvFlow(map, uv, turned);
    // The network lays UV along its crop: u runs down the picture and v to the right.
    for (let n = 0; n < uv.length; n += 2) {
      expect(mu[n]).toBeCloseTo(90 - (40 / 0.5) * (0.5 - uv[n + 1]), 0);
      expect(mu[n + 1]).toBeCloseTo(70 + (40 / 0.5) * (uv[n] - 0.5), 0);
    }
    await network.session.release();
  });

  test('without light nothing is usable', async () => {
    const network = await start();
    const [map] = await network.predict([{ pyramid: createImagePyramid(squarePicture(200, 160)), crop }]);
    expect([...sampleUvFlow(map, uv, crop).sigma]).toEqual([0, 0, 0, 0]);
    await network.session.release();
  });
});

test('texel centres lie at half-integers and row 0 is the top', () => {
  const flow = new Float32Array(2 * 2 * 2);
  const sigma = Float32Array.of(1, 2, 3, 4);
  const map = { resolution: 2, side: 16, flow, sigma };
  const crop = { x: 8, y: 8, size: 16, roll: 0 };
  const at = (u: number, v: number) => sampleUvFlow(map, Float32Array.of(u, v), crop);
  expect(at(0.25, 0.75).sigma[0]).toBe(1);
  expect(at(0.75, 0.75).sigma[0]).toBe(2);
  expect(at(0.25, 0.25).sigma[0]).toBe(3);
  expect(at(0.5, 0.5).sigma[0]).toBe(2.5);
  expect(at(0, 1).sigma[0]).toBe(1);
  expect([...at(0.3, 0.9).mu]).toEqual(
    [0.3, 0.1].map((value) => Math.fround(Math.fround(value) * 16)).map((x) => expect.closeTo(x, 4)),
  );
});

test('numbers that are none, far outside, or too unsure are left out', () => {
  const map = (flow: number, sigma: number) => ({
    resolution: 1,
    side: 10,
    flow: Float32Array.of(flow, 0),
    sigma: Float32Array.of(sigma),
  });
  const crop = { x: 5, y: 5, size: 20, roll: 0 };
  const sigmaOf = (flow: number, sigma: number) =>
    sampleUvFlow(map(flow, sigma), Float32Array.of(0.5, 0.5), crop).sigma[0];
  expect(sigmaOf(0, 2.5)).toBe(5);
  expect(sigmaOf(15, 1)).toBe(2);
  for (const [flow, sigma] of [
    [0, 2.6],
    [0, 0],
    [0, NaN],
    [NaN, 1],
    [15.1, 1],
    [-15.1, 1],
  ]) {
    expect(sigmaOf(flow, sigma)).toBe(0);
  }
});

describe('refuses', () => {
  const hash = '0'.repeat(64);

  test.each<[string, UvFlowFixture, string]>([
    [
      'another contract',
      { metadata: { contract: 'uv-flow/2' } },
      "a network of the contract uv-flow/1, got 'uv-flow/2'.",
    ],
    [
      'a layout without hash',
      { metadata: { uv_layout: 'open-head/1' } },
      "the name and the hash of a layout in flowfit.uv_layout, got 'open-head/1'.",
    ],
    ['no scale', { metadata: { crop_scale: 'wide' } }, "flowfit.crop_scale between 0.5 and 4, got 'wide'."],
  ])('metadata: %s', (_, fixture, message) => {
    expect(() => readUvFlowContract(createNetwork(fixture), 'net')).toThrow(`net: expected ${message}`);
  });

  test.each<[string, UvFlowFixture, string]>([
    ['input', { names: { image: 'picture' } }, "an input 'image', got picture."],
    ['flow', { names: { flow: 'motion' } }, "an output 'flow', got motion, sigma."],
    ['sigma', { names: { sigma: 'error' } }, "an output 'sigma', got flow, error."],
  ])('ports: %s', async (_, fixture, message) => {
    await expect(start(fixture)).rejects.toThrow(`net: expected ${message}`);
  });

  test('a head without the layout, or with another of its name', () => {
    const head = createTinyHead();
    expect(() => uvFlowPoints(head, { layout: { name: 'flat/1', hash } }, 'net')).toThrow(
      'net: expected head model tiny-head to have the UV layout flat/1, got layouts: tiny/1.',
    );
    const own = head.uvLayouts['tiny/1'].hash;
    expect(() => uvFlowPoints(head, { layout: { name: 'tiny/1', hash } }, 'net')).toThrow(
      `net: expected the UV layout tiny/1 of head model tiny-head with the hash ${hash}, got ${own}.`,
    );
  });
});

test('a registered layout goes by the hash of its origin, and vertices without a place are left out', () => {
  const head = createTinyHead();
  const layout = head.uvLayouts['tiny/1'];
  const uvVertices = layout.uvVertices.slice();
  uvVertices.fill(NaN, 10, 12);
  head.uvLayouts['tiny/1'] = { ...layout, uvVertices, registeredTo: 'origin' };
  const { points, vertices, uv: places } = uvFlowPoints(head, { layout: { name: 'tiny/1', hash: 'origin' } }, 'net');
  expect(vertices.length).toBe(head.vertexCount - 1);
  expect(vertices.includes(5)).toBe(false);
  expect(points.faces.length).toBe(vertices.length);
  expect(places.every(Number.isFinite)).toBe(true);
});
