import { halfToFloat } from './half-float.js';

/** The numbers of an array, in C order. */
export type NumericData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export type NpyData = NumericData | string[];

/** How each element type is stored and read; bool as 0 and 1. */
export const npyElements = {
  bool: { descr: '|b1', size: 1, array: Uint8Array },
  uint8: { descr: '|u1', size: 1, array: Uint8Array },
  int8: { descr: '|i1', size: 1, array: Int8Array },
  uint16: { descr: '<u2', size: 2, array: Uint16Array },
  int16: { descr: '<i2', size: 2, array: Int16Array },
  uint32: { descr: '<u4', size: 4, array: Uint32Array },
  int32: { descr: '<i4', size: 4, array: Int32Array },
  uint64: { descr: '<u8', size: 8, array: BigUint64Array },
  int64: { descr: '<i8', size: 8, array: BigInt64Array },
  float32: { descr: '<f4', size: 4, array: Float32Array },
  float64: { descr: '<f8', size: 8, array: Float64Array },
} as const;

export type NpyDtype = keyof typeof npyElements | 'string';

type TypedArrayConstructor<Data> = new (buffer: ArrayBufferLike, offset: number, length: number) => Data;

const dtypeOf: Record<string, Exclude<NpyDtype, 'string'>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f4: 'float32',
  f8: 'float64',
};

/**
 * Turns the raw bytes of an array into values; big-endian numbers are swapped.
 *
 * @param bytes at least `count` elements; the result may be a view of them.
 * @param descr NumPy's type string: byte order, kind and size, for example `>f8`.
 */
export function decodeNpyData(bytes: Uint8Array, descr: string, count: number, where: string) {
  const [, order, kind, sizeText] = /^([<>=|]?)([a-zA-Z])(\d*)$/.exec(descr) ?? [];
  if (kind === 'O') {
    throw new Error(`${where}: expected numbers or strings, got Python objects, which would need unpickling.`);
  }
  const dtype = dtypeOf[kind + sizeText];
  const size = Number(sizeText);
  const elementSize = kind === 'U' ? size * 4 : size;
  if (!dtype && !['U', 'S', 'a'].includes(kind) && kind + sizeText !== 'f2') {
    throw new Error(`${where}: expected bool, integers, float16-64 or strings, got the NumPy type ${descr}.`);
  }
  if (count * Math.max(elementSize, 1) > bytes.length) {
    throw new Error(
      `${where}: expected ${count * elementSize} bytes of values, got ${bytes.length}; the file is cut off.`,
    );
  }
  const swapped = order === '>' ? swapBytes(bytes.subarray(0, count * elementSize), kind === 'U' ? 4 : size) : bytes;
  if (dtype) return { dtype, data: numbers(swapped, dtype, count) };
  if (kind === 'f') return { dtype: 'float32' as const, data: halfToFloat(aligned(swapped, 2, count, Uint16Array)) };
  const decode = kind === 'U' ? decodeUnicode : decodeLatin1;
  return { dtype: 'string' as const, data: decode(swapped, size, count, where) };
}

function numbers(bytes: Uint8Array, dtype: keyof typeof npyElements, count: number): NumericData {
  const { size, array } = npyElements[dtype];
  return aligned(bytes, size, count, array as TypedArrayConstructor<NumericData>);
}

/** A typed view where the alignment allows it, else of a copy. */
function aligned<Data>(bytes: Uint8Array, size: number, count: number, array: TypedArrayConstructor<Data>): Data {
  const source = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes.subarray(0, count * size));
  return new array(source.buffer, source.byteOffset, count);
}

function swapBytes(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(bytes);
  for (let start = 0; start < swapped.length; start += size) swapped.subarray(start, start + size).reverse();
  return swapped;
}

/** Fixed-width UCS-4 strings, padded with zeros. */
function decodeUnicode(bytes: Uint8Array, width: number, count: number, where: string): string[] {
  const codes = aligned(bytes, 4, count * width, Uint32Array);
  return Array.from({ length: count }, (_, i) => {
    let text = '';
    let end = width;
    while (end > 0 && codes[i * width + end - 1] === 0) end--;
    for (const code of codes.subarray(i * width, i * width + end)) {
      if (code > 0x10ffff) throw new Error(`${where}: expected Unicode characters, got the code ${code}.`);
      text += String.fromCodePoint(code);
    }
    return text;
  });
}

function decodeLatin1(bytes: Uint8Array, width: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    let text = '';
    for (const byte of bytes.subarray(i * width, (i + 1) * width)) text += String.fromCharCode(byte);
    return text.replace(/\0+$/, '');
  });
}

/** Strings as NumPy stores them: UCS-4, as wide as the longest. */
export function encodeNpyStrings(strings: string[]): { descr: string; body: Uint8Array } {
  const codes = strings.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = codes.reduce((longest, list) => Math.max(longest, list.length), 1);
  const body = new Uint32Array(strings.length * width);
  codes.forEach((list, i) => body.set(list, i * width));
  return { descr: `<U${width}`, body: new Uint8Array(body.buffer) };
}
