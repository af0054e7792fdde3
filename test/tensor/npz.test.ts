import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NpyArray } from '../../src/tensor/npy.js';
import { formatNpz, parseNpz } from '../../src/tensor/npz.js';

const folder = join(__dirname, '../fixtures/arrays');
const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));

describe.each(['stored.npz', 'deflated.npz'])('%s, written by NumPy', (file) => {
  const arrays = parseNpz(read(file));

  test.each(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32', 'float64'])('%s', (dtype) => {
    expect(arrays[dtype]).toMatchObject({ dtype, shape: [2, 3] });
    expect(Array.from(arrays[dtype].data as Float64Array)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each(['int64', 'uint64'])('%s', (dtype) => {
    expect(Array.from(arrays[dtype].data as BigInt64Array)).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
  });

  test('bool and half precision', () => {
    expect(Array.from(arrays.bool.data as Uint8Array)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(arrays.float16.dtype).toBe('float32');
    const halves = Array.from(arrays.halves.data as Float32Array);
    expect(halves).toEqual([0, -0, 1, -2.5, Math.fround(2 ** -24), 65504, Infinity, -Infinity]);
  });

  test('Fortran order and big-endian numbers become C order and little endian', () => {
    expect(arrays.fortran.shape).toEqual([2, 3, 4]);
    expect(Array.from(arrays.fortran.data as Float32Array)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(Array.from(arrays.big_endian.data as Float64Array)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(arrays.big_endian_strings.data).toEqual(['ab', 'c']);
  });

  test('strings, scalars and empty arrays', () => {
    expect(arrays.strings.data).toEqual(['jawOpen', '', 'Ünï\u{1f600}']);
    expect(arrays.bytes.data).toEqual(['left', 'r']);
    expect(arrays.scalar).toMatchObject({ shape: [], dtype: 'float64' });
    expect(arrays.scalar.data[0]).toBe(2.5);
    expect(arrays.text.data).toEqual(['metres']);
    expect(arrays.empty.shape).toEqual([0, 3]);
  });
});

describe('round trip', () => {
  const arrays: Record<string, NpyArray> = {
    a: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, NaN) },
    b: { dtype: 'string', shape: [2], data: ['one', 'Ünï\u{1f600}'] },
    c: { dtype: 'int64', shape: [1], data: BigInt64Array.of(-5n) },
    d: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
    e: { dtype: 'float64', shape: [], data: Float64Array.of(0.1) },
  };

  test.each([true, false])('compress %s', (compress) => {
    expect(parseNpz(formatNpz(arrays, { compress }))).toEqual(arrays);
  });

  test('the same arrays give the same bytes', () => {
    expect(formatNpz(arrays)).toEqual(formatNpz(arrays));
  });
});

describe('bad archives', () => {
  const good = formatNpz({ a: { dtype: 'uint8', shape: [300], data: new Uint8Array(300).fill(7) } });
  const directory = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(bytes.length - 6, true);

  test('something else', () => {
    expect(() => parseNpz(new Uint8Array(100), { where: 'x.npz' })).toThrow(/x\.npz: expected a zip archive/);
  });

  test('cut off at any length', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => parseNpz(good.slice(0, length))).toThrow(/zip archive/);
    }
  });

  test('a flipped bit is found', () => {
    const stored = formatNpz({ a: { dtype: 'uint8', shape: [300], data: new Uint8Array(300) } }, { compress: false });
    stored[250] ^= 1;
    expect(() => parseNpz(stored)).toThrow("npz: 'a.npy' is damaged; its checksum does not agree.");
  });

  test('a declared size that the bytes cannot hold is refused before memory is taken', () => {
    const bomb = good.slice();
    new DataView(bomb.buffer).setUint32(directory(bomb) + 24, 0x7ffffff0, true);
    expect(() => parseNpz(bomb)).toThrow(/'a\.npy' declares 2147483632 bytes, which its \d+ bytes cannot hold/);
  });

  test('more than the limit is refused', () => {
    expect(() => parseNpz(good, { maxBytes: 200 })).toThrow(/expected at most 200 bytes unpacked, got 428/);
  });
});
