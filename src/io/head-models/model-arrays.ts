import { type NpyArray, parseNpy, parseNpyHeader } from '../../tensor/npy.js';
import { unpackNpz } from '../../tensor/npz.js';
import { PickledArray, PickledAttributes } from '../pickle/pickle-classes.js';
import { pickledArray } from '../pickle/pickled-values.js';
import { readPickle } from '../pickle/read-pickle.js';

/** The named arrays of a model file, whatever wrote it. */
export type ModelArrays = Record<string, NpyArray>;

/**
 * Reads the named arrays of an `.npz` file, of a pickled dictionary, or of a dictionary inside an `.npy` file.
 *
 * What is neither an array nor text is left out.
 */
export function readModelArrays(bytes: Uint8Array, where: string): ModelArrays {
  if (startsWith(bytes, 'PK')) return npzArrays(bytes, where);
  if (startsWith(bytes, '\x93NUMPY')) {
    const content = readNpy(bytes, where);
    const [only] = content instanceof PickledArray ? (content.objects ?? []) : [];
    return dictionaryArrays(only, where);
  }
  return dictionaryArrays(readPickle(bytes, where), where);
}

function npzArrays(bytes: Uint8Array, where: string): ModelArrays {
  const files = Object.entries(unpackNpz(bytes, { where }));
  return arraysOf(
    files.map(([name, file]) => [name, readNpy(file, `${where}: ${name}`)]),
    where,
  );
}

/** An array, or the Python objects that NumPy pickled in its place. */
function readNpy(bytes: Uint8Array, where: string): unknown {
  const { descr, dataOffset } = parseNpyHeader(bytes, where);
  return /O/.test(descr) ? readPickle(bytes.subarray(dataOffset), where) : parseNpy(bytes, where);
}

function dictionaryArrays(dictionary: unknown, where: string): ModelArrays {
  if (!(dictionary instanceof Map)) throw new Error(`${where}: expected a dictionary of arrays, got something else.`);
  return arraysOf(
    [...dictionary].map(([name, value]) => [String(name), value]),
    where,
  );
}

function arraysOf(values: [string, unknown][], where: string): ModelArrays {
  const arrays = values.map(([name, value]) => [name, toArray(value, `${where}: ${name}`)] as const);
  return Object.fromEntries(arrays.filter((entry): entry is [string, NpyArray] => entry[1] !== undefined));
}

function toArray(value: unknown, where: string): NpyArray | undefined {
  if (typeof value === 'string') return { dtype: 'string', shape: [], data: [value] };
  if (value instanceof PickledArray && value.objects) return undefined;
  if (value instanceof PickledArray || value instanceof PickledAttributes) return pickledArray(value, where);
  if (Array.isArray(value)) return numberList(value);
  return isNpyArray(value) ? value : undefined;
}

function numberList(values: unknown[]): NpyArray | undefined {
  if (!values.every((value) => typeof value === 'number')) return undefined;
  return { dtype: 'float64', shape: [values.length], data: Float64Array.from(values as number[]) };
}

function isNpyArray(value: unknown): value is NpyArray {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => bytes[i] === character.charCodeAt(0));
}
