import { type NpyArray } from './npy.js';

/** A size of an expected shape; `null` where any size will do. */
export type ExpectedShape = (number | null)[];

/**
 * The array of that key, or an error that says what is missing or has another shape.
 *
 * @param where what to call the file in errors.
 */
export function requireArray(
  arrays: Record<string, NpyArray>,
  key: string,
  shape: ExpectedShape | undefined,
  where: string,
): NpyArray {
  const array = arrays[key];
  if (!array) throw new Error(`${where}: expected an array '${key}', got ${Object.keys(arrays).join(', ') || 'none'}.`);
  if (
    shape &&
    (shape.length !== array.shape.length || shape.some((size, i) => (size ?? array.shape[i]) !== array.shape[i]))
  ) {
    const expected = shape.map((size) => size ?? 'any').join(', ');
    throw new Error(`${where}: expected '${key}' of shape [${expected}], got [${array.shape.join(', ')}].`);
  }
  return array;
}

/** The values as 64-bit floats; not a copy where they are that already. */
export function doubleValues(array: NpyArray, where: string): Float64Array {
  if (array.data instanceof Float64Array) return array.data;
  return Float64Array.from({ length: array.data.length }, numberAt(array, where));
}

/** The values as 32-bit floats; not a copy where they are that already. */
export function floatValues(array: NpyArray, where: string): Float32Array {
  if (array.data instanceof Float32Array) return array.data;
  return Float32Array.from({ length: array.data.length }, numberAt(array, where));
}

/** The values as 32-bit integers; not a copy where they are that already. Fractions and larger numbers are refused. */
export function intValues(array: NpyArray, where: string): Int32Array {
  if (array.data instanceof Int32Array) return array.data;
  const at = numberAt(array, where);
  return Int32Array.from({ length: array.data.length }, (_, i) => {
    const value = at(undefined, i);
    if ((value | 0) !== value) throw new Error(`${where}: expected 32-bit integers, got ${value} at ${i}.`);
    return value;
  });
}

/** The values as strings, or an error. */
export function stringValues(array: NpyArray, where: string): string[] {
  if (array.dtype !== 'string') throw new Error(`${where}: expected strings, got ${array.dtype}.`);
  return array.data as string[];
}

function numberAt({ data, dtype }: NpyArray, where: string): (_: unknown, i: number) => number {
  if (dtype === 'string') throw new Error(`${where}: expected numbers, got strings.`);
  return (_, i) => Number(data[i]);
}
