import { type Alignment } from '../../src/alignment/alignment.js';
import { formatAlignmentFile, parseAlignmentFile } from '../../src/alignment/alignment-file.js';
import { vertexSurfacePoints } from '../../src/flame/head-model.js';
import { type NpyArray } from '../../src/tensor/npy.js';
import { formatNpz } from '../../src/tensor/npz.js';

const head = { name: 'pyramid', vertexCount: 4, faces: Int32Array.of(0, 1, 2, 0, 2, 3) };
const float32 = (data: number[], ...shape: number[]): NpyArray => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

/** FlowFace's own arrays for two cameras, three frames and four vertices. */
function flowFaceArrays(): Record<string, NpyArray> {
  const count = 2 * 3 * 4;
  return {
    vertex_coords: float32(
      Array.from({ length: count * 2 }, (_, k) => k),
      2,
      3,
      4,
      2,
    ),
    vertex_confidences: float32(
      Array.from({ length: count }, (_, k) => 1 + k),
      2,
      3,
      4,
      1,
    ),
    valid_mask: { dtype: 'bool', shape: [2, 3], data: Uint8Array.of(1, 1, 1, 1, 0, 1) },
    crop_boxes: { dtype: 'int64', shape: [2, 3, 4], data: BigInt64Array.from({ length: 24 }, (_, k) => BigInt(k)) },
    resolutions: { dtype: 'int64', shape: [2, 2], data: BigInt64Array.of(100n, 200n, 300n, 400n) },
    camera_order: { dtype: 'string', shape: [2], data: ['left', 'right'] },
  };
}

const parse = (arrays: Record<string, NpyArray>) => parseAlignmentFile(formatNpz(arrays), head, 'a.npz');

test("FlowFace's file: cameras first there, frames first here, invalid images absent", () => {
  const alignment = parse(flowFaceArrays());
  expect(alignment).toMatchObject({ frameCount: 3, viewCount: 2, cameraIds: ['left', 'right'], source: 'file' });
  expect(alignment.imageSizes).toEqual([
    { width: 200, height: 100 },
    { width: 400, height: 300 },
  ]);
  expect(alignment.points).toEqual(vertexSurfacePoints(head));
  const image = (frame: number, view: number) => [
    ...alignment.mu.subarray((frame * 2 + view) * 8, (frame * 2 + view) * 8 + 8),
  ];
  expect(image(2, 0)).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  expect(image(0, 1)[0]).toBe(24);
  expect([...alignment.sigma.subarray(4, 8)]).toEqual([13, 14, 15, 16]);
  expect([...alignment.sigma.subarray(12, 16)]).toEqual([0, 0, 0, 0]);
  expect([...alignment.faceBoxes.subarray(4, 8)]).toEqual([12, 13, 14, 15]);
});

test('an invalid image may hold anything', () => {
  const arrays = flowFaceArrays();
  (arrays.vertex_coords.data as Float32Array)[4 * 8] = NaN;
  expect(parse(arrays).mu.some(Number.isNaN)).toBe(false);
});

test('round trip, absent points and images included', () => {
  const sigma = Float32Array.from({ length: 3 * 2 * 2 }, (_, k) => 0.5 + k);
  sigma[3] = 0;
  sigma.fill(0, 6, 8);
  const mu = Float32Array.from({ length: 24 }, (_, k) => (sigma[k >> 1] > 0 ? k + 0.25 : 0));
  const alignment: Alignment = {
    points: { faces: Int32Array.of(1, 0), barycentric: Float32Array.of(0.5, 0.25, 0.25, 1, 0, 0) },
    frameCount: 3,
    viewCount: 2,
    cameraIds: ['a', 'b'],
    frameNumbers: [4, 5, 7],
    times: Float64Array.of(0.16, 0.2, 0.28),
    mu,
    sigma,
    imageSizes: [
      { width: 640, height: 480 },
      { width: 320, height: 240 },
    ],
    faceBoxes: Float32Array.from({ length: 24 }, (_, k) => (k >= 12 && k < 16 ? 0 : k)),
    source: 'file',
  };
  expect(parseAlignmentFile(formatAlignmentFile(alignment), head)).toEqual(alignment);
});

const edits: [string, (arrays: Record<string, NpyArray>) => void, RegExp][] = [
  ['a missing array', (a) => delete a.vertex_coords, /a\.npz: expected an array 'vertex_coords'/],
  ['missing deviations', (a) => delete a.vertex_confidences, /a\.npz: expected an array 'vertex_confidences'/],
  ['missing sizes', (a) => delete a.resolutions, /a\.npz: expected an array 'resolutions'/],
  [
    'another shape',
    (a) => (a.vertex_coords.shape = [2, 3, 8]),
    /'vertex_coords' of shape \[any, any, any, 2\], got \[2, 3, 8\]/,
  ],
  [
    'deviations of another shape',
    (a) => (a.vertex_confidences.shape = [2, 4, 3, 1]),
    /'vertex_confidences' of shape \[2, 3, 4, 1\]/,
  ],
  ['a mask of another shape', (a) => (a.valid_mask.shape = [3, 2]), /'valid_mask' of shape \[2, 3\], got \[3, 2\]/],
  [
    'NaN',
    (a) => ((a.vertex_coords.data as Float32Array)[10] = NaN),
    /vertex_coords: .*got \(NaN, 11\) at camera left, frame 1, point 1\./,
  ],
  [
    'sigma 0',
    (a) => ((a.vertex_confidences.data as Float32Array)[3] = 0),
    /vertex_confidences: .*above 0, got 0 at camera left, frame 0, point 3\./,
  ],
  [
    'negative sigma',
    (a) => ((a.vertex_confidences.data as Float32Array)[3] = -1),
    /above 0, got -1 at camera left, frame 0, point 3\./,
  ],
  [
    'sigma NaN',
    (a) => ((a.vertex_confidences.data as Float32Array)[12] = NaN),
    /above 0, got NaN at camera right, frame 0, point 0\./,
  ],
];

test.each(edits)('refuses %s by name', (_, edit, message) => {
  const arrays = flowFaceArrays();
  edit(arrays);
  expect(() => parse(arrays)).toThrow(message);
});

test("refuses another head's vertices and triangles", () => {
  expect(() => parseAlignmentFile(formatNpz(flowFaceArrays()), { ...head, vertexCount: 5 }, 'a.npz')).toThrow(
    'a.npz: vertex_coords: expected the 5 vertices of pyramid, got 4.',
  );
  const arrays = flowFaceArrays();
  arrays.point_faces = { dtype: 'int32', shape: [4], data: Int32Array.of(0, 1, 2, 0) };
  expect(() => parse(arrays)).toThrow('a.npz: point_faces: expected triangles of pyramid, 0 to 1, got 2.');
});

test('refuses what is no npz', () => {
  expect(() => parseAlignmentFile(new Uint8Array(10), head, 'a.npz')).toThrow(/^a\.npz: /);
});
