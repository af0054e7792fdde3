import { floatToHalf, halfToFloat } from '../../src/tensor/half-float.js';

test('every half survives the way to a float and back', () => {
  const finite = Uint16Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  expect(floatToHalf(halfToFloat(finite))).toEqual(finite);
});

test('rounds to the nearest half, ties to even', () => {
  const floats = Float32Array.of(
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    1 + 2 ** -11 + 2 ** -20,
    2 ** -25,
    3 * 2 ** -25,
    65519,
  );
  const rounded = [1, 1 + 2 ** -9, 1 + 2 ** -10, 0, 2 ** -23, 65504];
  expect([...halfToFloat(floatToHalf(floats))]).toEqual(rounded);
});

test('too large is infinite, and NaN stays NaN', () => {
  const floats = Float32Array.of(65520, -1e9, Infinity, NaN);
  expect([...halfToFloat(floatToHalf(floats))]).toEqual([Infinity, -Infinity, Infinity, NaN]);
});
