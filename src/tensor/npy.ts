import { decodeNpyData, encodeNpyStrings, type NpyData, type NpyDtype, npyElements } from './npy-elements.js';

/** A NumPy array: C order, little endian; bool as 0 and 1, strings as a plain array, float16 read as float32. */
export interface NpyArray {
  dtype: NpyDtype;
  shape: number[];
  data: NpyData;
}

/** What the header of an `.npy` file declares. */
export interface NpyHeader {
  /** NumPy's type string, for example `<f4`. */
  descr: string;
  fortranOrder: boolean;
  shape: number[];
  /** Where the values begin, bytes. */
  dataOffset: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const headerAlignment = 64;
const headerLimit = 1 << 20;

/** How many values an array of this shape holds; 1 for a scalar. */
export function valueCount(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Reads the header of an `.npy` file (format versions 1, 2 and 3). */
export function parseNpyHeader(bytes: Uint8Array, where = 'npy'): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new Error(`${where}: expected a NumPy array (.npy), got ${bytes.length} bytes of something else.`);
  }
  const version = bytes[6];
  if (version < 1 || version > 3) throw new Error(`${where}: expected npy version 1, 2 or 3, got ${version}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw new Error(`${where}: the npy header is cut off.`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > headerLimit || start + length > bytes.length) {
    throw new Error(
      `${where}: expected a header of ${length} bytes, got ${bytes.length - start}; the file is cut off.`,
    );
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + length));
  return { ...parseHeaderText(text, where), dataOffset: start + length };
}

/** The header is a Python dictionary of three known keys; anything else is refused. */
function parseHeaderText(text: string, where: string): Omit<NpyHeader, 'dataOffset'> {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text)) {
    throw new Error(`${where}: expected one number or string type, got a structured array.`);
  }
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw new Error(
      `${where}: expected a header with descr, fortran_order and shape, got ${text.trim().slice(0, 80)}.`,
    );
  }
  const shape = sizes
    .split(',')
    .map((size) => size.replace('L', '').trim())
    .filter((size) => size !== '')
    .map(Number);
  if (shape.length > 32 || !Number.isSafeInteger(valueCount(shape))) {
    throw new Error(`${where}: expected a shape that memory can hold, got [${shape.join(', ').slice(0, 80)}].`);
  }
  return { descr, fortranOrder: order === 'True', shape };
}

/**
 * Parses an `.npy` file. The data may be a view of `bytes`.
 *
 * @param where what to call the array in errors.
 */
export function parseNpy(bytes: Uint8Array, where = 'npy'): NpyArray {
  const { descr, fortranOrder, shape, dataOffset } = parseNpyHeader(bytes, where);
  const { dtype, data } = decodeNpyData(bytes.subarray(dataOffset), descr, valueCount(shape), where);
  const rowsFirst = !fortranOrder || shape.length < 2;
  return { dtype, shape, data: rowsFirst ? data : fromFortranOrder(data, shape) };
}

/** Reorders values whose first index runs fastest into C order. */
export function fromFortranOrder<Data extends NpyData>(data: Data, shape: number[]): Data {
  const result = data.slice() as Data;
  const strides = shape.map((_, axis) => valueCount(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let target = 0, source = 0; target < data.length; target++) {
    result[target] = data[source];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/** Writes an `.npy` file of version 1. */
export function formatNpy({ dtype, shape, data }: NpyArray, where = 'npy'): Uint8Array {
  const count = valueCount(shape);
  if (data.length !== count) {
    throw new Error(`${where}: expected ${count} values for shape [${shape.join(', ')}], got ${data.length}.`);
  }
  const { descr, body } = dtype === 'string' ? encodeNpyStrings(data as string[]) : encodeNumbers(dtype, data, where);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const headerEnd = Math.ceil((10 + text.length + 1) / headerAlignment) * headerAlignment;
  const bytes = new Uint8Array(headerEnd + body.length).fill(0x20, 10, headerEnd);
  bytes.set([...magic, 1, 0, (headerEnd - 10) & 255, (headerEnd - 10) >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[headerEnd - 1] = 0x0a;
  bytes.set(body, headerEnd);
  return bytes;
}

function encodeNumbers(dtype: Exclude<NpyDtype, 'string'>, data: NpyData, where: string) {
  const { descr, array } = npyElements[dtype];
  if (!(data instanceof array)) {
    throw new Error(`${where}: expected a ${array.name} for ${dtype}, got ${data.constructor.name}.`);
  }
  return { descr, body: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
