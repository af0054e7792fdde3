import { applyAffine, imageFromCrop, invertAffine } from '../../src/alignment/face-crop.js';
import { cropOntoTarget, createFivePointCropper, fivePointSide } from '../../src/alignment/five-point-crop.js';
import { predictNeutral, readNeutralContract, trimmedMean } from '../../src/alignment/neutral-network.js';
import { type HeadModel, vertexSurfacePoints } from '../../src/flame/head-model.js';
import { createNeutralNetwork } from '../fixtures/neutral-network.js';
import { createCapture, createTestRig } from '../fixtures/synthetic-capture.js';

const metadata = {
  contract: 'neutral-shape/1',
  range: '[0, 255]',
  mean: '127.5',
  std: '[127.5, 127.5, 127.5]',
  licence: 'CC0-1.0',
  shape_basis: 'abc',
};
const weights = [
  [1, 0, 2],
  [0, 1, 0],
  [0, 0, 0],
];
const network = createNeutralNetwork(weights, metadata);
const capture = createCapture({
  cameras: createTestRig(2),
  points: (head: HeadModel) => head.landmarks478!,
  source: 'landmarks',
});

/** Pictures of one colour each; those of frame 2 are an outlier, and one is missing. */
const sequence = {
  frameCount: 3,
  viewCount: 2,
  read: async (frame: number, view: number) =>
    frame === 0 && view === 1
      ? undefined
      : {
          width: 640,
          height: 480,
          data: new Uint8Array(640 * 480 * 3).map((_, i) =>
            i % 3 === 0 ? (frame === 2 && view === 1 ? 255 : 51) : 204,
          ),
        },
};

test('five points fall onto their places whatever the similarity', () => {
  const template = [
    [38.2946, 51.6963],
    [73.5318, 51.5014],
    [56.0252, 71.7366],
    [41.5493, 92.3655],
    [70.7299, 92.2041],
  ];
  const [scale, turn] = [2.7, 0.4];
  const seen = template.map(([x, y]) => [
    300 + scale * (Math.cos(turn) * x - Math.sin(turn) * y),
    100 + scale * (Math.sin(turn) * x + Math.cos(turn) * y),
  ]);
  const toRaster = invertAffine(imageFromCrop(cropOntoTarget(seen), fivePointSide));
  seen.forEach(([x, y], i) => {
    const [u, v] = applyAffine(toRaster, x, y);
    expect(u).toBeCloseTo(template[i][0] + 0.5, 6);
    expect(v).toBeCloseTo(template[i][1] + 0.5, 6);
  });
});

test('reads the contract from the file', () => {
  expect(readNeutralContract(network, 'net.onnx')).toMatchObject({
    range: [0, 255],
    mean: [127.5, 127.5, 127.5],
    std: [127.5, 127.5, 127.5],
    licence: 'CC0-1.0',
    shapeBasisHash: 'abc',
  });
});

test('predicts per picture and trims the outlier', async () => {
  const { head, alignment } = capture;
  const { shape, shapeBasisHash } = await predictNeutral(network, {
    where: 'net',
    head,
    sequence,
    alignment,
    device: 'cpu',
  });
  expect(shapeBasisHash).toBe('abc');
  [-0.6, 0.6, -1.2].forEach((value, i) => expect(shape[i]).toBeCloseTo(value, 4));
});

test('trimmedMean leaves out the farthest quarter', () => {
  const vectors = [
    [1, 0],
    [2, 0],
    [3, 0],
    [100, 50],
  ].map((vector) => Float32Array.from(vector));
  expect(Array.from(trimmedMean(vectors))).toEqual([2, 0]);
});

describe('refuses', () => {
  test('a network of another contract, or without metadata', () => {
    const other = createNeutralNetwork(weights, { ...metadata, contract: 'uv-flow/1' });
    expect(() => readNeutralContract(other, 'net.onnx')).toThrow(
      "net.onnx: expected a network of the contract neutral-shape/1, got 'uv-flow/1'.",
    );
    expect(() => readNeutralContract(createNeutralNetwork(weights, {}), 'net.onnx')).toThrow(
      'net.onnx: expected the metadata flowfit.contract, got none.',
    );
    const twoMeans = createNeutralNetwork(weights, { ...metadata, mean: '[1, 2]' });
    expect(() => readNeutralContract(twoMeans, 'net.onnx')).toThrow(
      "net.onnx: expected 1 or 3 numbers in flowfit.mean, got '[1, 2]'.",
    );
  });

  test('a file that is no network', () => {
    expect(() => readNeutralContract(new TextEncoder().encode('hello there'), 'net.onnx')).toThrow(
      'net.onnx: expected an ONNX network, got something else.',
    );
  });

  test('an alignment without the landmarks that place the crop', () => {
    const { head, alignment } = capture;
    const few = { faces: Int32Array.of(0), barycentric: Float32Array.of(0.5, 0.5, 0) };
    expect(() => createFivePointCropper(head, { ...alignment, points: few, source: 'file' })).toThrow(
      "five-point crop: expected an alignment of the 478 landmarks or of the vertices there, got 'file' without landmark 33.",
    );
  });
});

test('vertices give the crop that the landmarks on their triangles give', () => {
  const { head, truth } = capture;
  const dense = createCapture({ cameras: createTestRig(2), points: vertexSurfacePoints });
  expect(dense.truth.shape).toEqual(truth.shape);
  const [byLandmarks, byVertices] = [capture, dense].map(({ alignment }) =>
    createFivePointCropper(head, alignment)(1, 0)!,
  );
  // But for the perspective within a triangle.
  for (const key of ['x', 'y', 'size'] as const) expect(Math.abs(byVertices[key] - byLandmarks[key])).toBeLessThan(0.3);
  expect(byVertices.roll).toBeCloseTo(byLandmarks.roll, 2);
});
