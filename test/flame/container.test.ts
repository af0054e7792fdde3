import { formatHeadModel, parseHeadModel } from '../../src/flame/container.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { type NpyArray } from '../../src/tensor/npy.js';
import { formatNpz, parseNpz } from '../../src/tensor/npz.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const bytes = formatHeadModel(head);

/** The tiny head's container with some arrays changed. */
function changed(change: (arrays: Record<string, NpyArray>) => void): Uint8Array {
  const arrays = parseNpz(bytes);
  change(arrays);
  return formatNpz(arrays, { compress: false });
}

function withMeta(change: object): Uint8Array {
  return changed((arrays) => {
    const meta = JSON.parse(new TextDecoder().decode(arrays.meta.data as Uint8Array));
    const data = new TextEncoder().encode(JSON.stringify({ ...meta, ...change }));
    arrays.meta = { dtype: 'uint8', shape: [data.length], data };
  });
}

test('a head model survives the round trip', () => {
  expect(parseHeadModel(bytes)).toEqual(head);
});

test('a head model of the required parts only', () => {
  const { name, licence, source, vertexCount, template, faces, shape, expression } = head;
  const { jointRegressor, skinningWeights, parents, jointNames, shapeBasisHash } = head;
  const blocks = { template, faces, shape, expression, jointRegressor, skinningWeights, parents, jointNames };
  const bare: HeadModel = { name, licence, source, vertexCount, ...blocks, shapeBasisHash, uvLayouts: {}, regions: {} };
  expect(parseHeadModel(formatHeadModel(bare))).toEqual(bare);
});

test('a quantised basis is multiplied by its scale, and absent statistics are standard', () => {
  const { count, basis } = parseHeadModel(
    changed((arrays) => {
      const V = head.vertexCount;
      arrays.expression_basis = { dtype: 'int16', shape: [2, V, 3], data: new Int16Array(2 * V * 3).fill(100) };
      arrays.expression_scale = { dtype: 'float32', shape: [2], data: Float32Array.of(1e-6, 2e-6) };
      for (const name of ['mean', 'sigma', 'lower', 'upper']) delete arrays[`expression_${name}`];
      const meta = JSON.parse(new TextDecoder().decode(arrays.meta.data as Uint8Array));
      const data = new TextEncoder().encode(JSON.stringify({ ...meta, expressionNames: ['a', 'b'] }));
      arrays.meta = { dtype: 'uint8', shape: [data.length], data };
    }),
  ).expression;
  expect(count).toBe(2);
  expect(basis[0]).toBeCloseTo(1e-4, 9);
  expect(basis.at(-1)).toBeCloseTo(2e-4, 9);
});

describe('refused, by name', () => {
  const first = (arrays: Record<string, NpyArray>, key: string, value: number) => {
    (arrays[key].data as Float32Array)[0] = value;
  };
  const cases: [string, Uint8Array, RegExp][] = [
    [
      'an npz of something else',
      formatNpz({ a: head2d() }),
      /expected a container of format flowfit-head\/1, got a file with the arrays a/,
    ],
    ['another format', withMeta({ format: 'other/9' }), /expected the format flowfit-head\/1, got "other\/9"/],
    ['a missing part', changed((arrays) => delete arrays.faces), /tiny-head: expected an array 'faces'/],
    [
      'a wrong shape',
      changed((arrays) => (arrays.template = head2d())),
      /expected 'template' of shape \[any, 3\], got \[1, 2\]/,
    ],
    ['NaN', changed((arrays) => first(arrays, 'template', NaN)), /expected finite numbers in template, got NaN at 0/],
    [
      'an index out of range',
      changed((arrays) => first(arrays, 'faces', 276)),
      /expected faces between 0 and 275, got 276 at 0/,
    ],
    [
      'weights that do not sum to 1',
      changed((arrays) => first(arrays, 'skinning_weights', 0.5)),
      /skinning weights of vertex 0 to sum to 1/,
    ],
    [
      'a cycle of parents',
      changed((arrays) => (arrays.parents.data = Int32Array.of(-1, 2, 1, 1, 1))),
      /parent of joint 1 to be an earlier joint, got 2/,
    ],
    ['no root', changed((arrays) => first(arrays, 'parents', 0)), /parent of joint 0 to be -1/],
    [
      'a basis that was changed',
      changed((arrays) => first(arrays, 'shape_basis', 1)),
      /expected the shape basis with the hash/,
    ],
    [
      'a basis of another type',
      changed((arrays) => {
        const { shape } = arrays.shape_basis;
        arrays.shape_basis = { dtype: 'int64', shape, data: new BigInt64Array(6 * 276 * 3) };
      }),
      /expected shape_basis of int8, int16 or float32, got int64/,
    ],
    ['too few names', withMeta({ expressionNames: ['a'] }), /expected 8 expression names, got 1/],
    [
      'a landmark on no triangle',
      changed((arrays) => first(arrays, 'landmarks68_faces', 1e6)),
      /expected triangles of landmarks68/,
    ],
    [
      'crossed bounds',
      changed((arrays) => first(arrays, 'expression_lower', 2)),
      /lower before upper expression bounds/,
    ],
    [
      'a region that is no mask',
      changed((arrays) => first(arrays, 'region:face', 7)),
      /expected region face between 0 and 1, got 7/,
    ],
  ];

  test.each(cases)('%s', (_, file, message) => {
    expect(() => parseHeadModel(file)).toThrow(message);
  });

  test('writing a wrong head', () => {
    expect(() => formatHeadModel({ ...head, faces: Int32Array.of(0, 1, 300) })).toThrow(/expected faces between/);
  });
});

function head2d(): NpyArray {
  return { dtype: 'float32', shape: [1, 2], data: new Float32Array(2) };
}
