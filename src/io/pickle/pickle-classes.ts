import { type NpyArray, fromFortranOrder, valueCount } from '../../tensor/npy.js';
import { decodeNpyData } from '../../tensor/npy-elements.js';

/** Counts what a pickle makes, so that a small file cannot fill the memory. */
export type Allocate = (bytes: number) => void;

/** An object of a known class: what `BUILD` may give it. */
export abstract class PickledObject {
  abstract setState(state: unknown, allocate: Allocate): void;
}

/** `numpy.dtype`. */
export class PickledDtype extends PickledObject {
  constructor(private descr: string) {
    super();
  }

  /** The state is a tuple: version, byte order, then the fields of a structured type. */
  override setState(state: unknown): void {
    const [, order, , fields] = tuple(state, 'the state of numpy.dtype');
    if (Array.isArray(fields)) throw new Error('expected one number or string type, got a structured NumPy type');
    this.descr = (order === '>' ? '>' : '<') + this.descr.replace(/^[<>=|]/, '');
  }

  override toString(): string {
    return this.descr;
  }
}

/** `numpy.ndarray`: numbers or strings, or Python objects. */
export class PickledArray extends PickledObject {
  array?: NpyArray;
  objects?: unknown[];

  /** The state is a tuple: version, shape, type, whether in Fortran order, values. */
  override setState(state: unknown, allocate: Allocate): void {
    const [, shape, dtype, fortranOrder, values] = tuple(state, 'the state of numpy.ndarray');
    this.fill(shape, dtype, Boolean(fortranOrder), values, allocate);
  }

  fill(sizes: unknown, dtype: unknown, fortranOrder: boolean, values: unknown, allocate: Allocate): this {
    const shape = tuple(sizes, 'the shape of a numpy.ndarray').map(Number);
    if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || !Number.isSafeInteger(valueCount(shape))) {
      throw new Error(`expected an array shape that memory can hold, got [${shape.join(', ').slice(0, 60)}]`);
    }
    if (Array.isArray(values)) {
      if (values.length !== valueCount(shape))
        throw new Error(`expected ${valueCount(shape)} objects, got ${values.length}`);
      this.objects = values;
      return this;
    }
    const bytes = bytesOf(values);
    allocate(bytes.length * 3);
    const decoded = decodeNpyData(bytes, String(dtype), valueCount(shape), 'numpy.ndarray');
    const data = fortranOrder && shape.length > 1 ? fromFortranOrder(decoded.data, shape) : decoded.data;
    this.array = { dtype: decoded.dtype, shape, data };
    return this;
  }
}

/** `numpy.core.multiarray.scalar`: one value of a type. */
export function numpyScalar([dtype, value]: unknown[]): unknown {
  const { data } = decodeNpyData(bytesOf(value), String(dtype), 1, 'numpy scalar');
  return data[0];
}

/** An object whose state is a dictionary of attributes: scipy's sparse matrices, chumpy's arrays. */
export class PickledAttributes extends PickledObject {
  attributes = new Map<unknown, unknown>();

  constructor(readonly className: string) {
    super();
  }

  override setState(state: unknown): void {
    if (!(state instanceof Map)) throw new Error(`expected a dictionary as the state of ${this.className}`);
    this.attributes = state;
  }
}

/** Python's tuples and lists are arrays here. */
export function tuple(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`expected ${what} to be a tuple`);
  return value;
}

/** Bytes as Python 3 or 2 (a string of one character a byte) stores them. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  throw new Error('expected the values of an array to be bytes');
}
