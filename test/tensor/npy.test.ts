import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatNpy, parseNpy } from '../../src/tensor/npy.js';
import { doubleValues, floatValues, intValues, requireArray, stringValues } from '../../src/tensor/npy-values.js';

const read = (name: string) => new Uint8Array(readFileSync(join(__dirname, '../fixtures/arrays', name)));

test.each([2, 3])('format version %i', (version) => {
  expect(Array.from(parseNpy(read(`version${version}.npy`)).data as Float32Array)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('an unaligned buffer is read as well', () => {
  const bytes = formatNpy({ dtype: 'float64', shape: [2], data: Float64Array.of(1, 2) });
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  expect(Array.from(parseNpy(shifted.subarray(1)).data as Float64Array)).toEqual([1, 2]);
  const buffer = Buffer.from(shifted.buffer).subarray(1);
  expect(Array.from(parseNpy(buffer).data as Float64Array)).toEqual([1, 2]);
});

describe('refused', () => {
  const bytes = formatNpy({ dtype: 'int32', shape: [4], data: Int32Array.of(1, 2, 3, 4) });

  test.each([
    ['objects.npy', /Python objects, which would need unpickling/],
    ['complex.npy', /the NumPy type <c8/],
    ['structured.npy', /a structured array/],
  ])('%s', (file, message) => {
    expect(() => parseNpy(read(file))).toThrow(message);
  });

  test('cut off at any length', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseNpy(bytes.slice(0, length))).toThrow(/^npy: /);
    }
  });

  test('a header that promises more than the file holds', () => {
    const text = new TextDecoder('latin1')
      .decode(bytes)
      .replace('(4,)', '(9007199254740993,)')
      .replace(/ {13}\n/, '\n');
    const huge = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(() => parseNpy(huge)).toThrow(/^npy: /);
  });

  test('data of another length or type than declared', () => {
    expect(() => formatNpy({ dtype: 'int32', shape: [3], data: new Int32Array(2) })).toThrow(
      'npy: expected 3 values for shape [3], got 2.',
    );
    expect(() => formatNpy({ dtype: 'int32', shape: [2], data: new Float32Array(2) })).toThrow(
      'npy: expected a Int32Array for int32, got Float32Array.',
    );
  });
});

describe('values', () => {
  const integers = { dtype: 'int64' as const, shape: [2], data: BigInt64Array.of(1n, -2n) };
  const strings = { dtype: 'string' as const, shape: [1], data: ['a'] };

  test('conversions', () => {
    expect(Array.from(doubleValues(integers, 'x'))).toEqual([1, -2]);
    expect(Array.from(floatValues(integers, 'x'))).toEqual([1, -2]);
    expect(Array.from(intValues(integers, 'x'))).toEqual([1, -2]);
    expect(stringValues(strings, 'x')).toEqual(['a']);
  });

  test('errors', () => {
    expect(() => floatValues(strings, 'x')).toThrow('x: expected numbers, got strings.');
    expect(() => intValues({ dtype: 'float32', shape: [1], data: Float32Array.of(0.5) }, 'x')).toThrow(
      'x: expected 32-bit integers, got 0.5 at 0.',
    );
    expect(() => requireArray({ integers }, 'faces', undefined, 'x')).toThrow(
      "x: expected an array 'faces', got integers.",
    );
    expect(() => requireArray({ integers }, 'integers', [null, 3], 'x')).toThrow(
      "x: expected 'integers' of shape [any, 3], got [2].",
    );
  });
});
