import { type NpyArray } from './npy.js';
import { type ExpectedShape, floatValues, intValues, requireArray } from './npy-values.js';

/** The arrays of a file, read by key with their shapes checked; `null` in a shape stands for any size. */
export class ArrayReader {
  constructor(
    readonly arrays: Record<string, NpyArray>,
    readonly where: string,
  ) {}

  has(key: string): boolean {
    return key in this.arrays;
  }

  array(key: string, ...shape: ExpectedShape): NpyArray {
    return requireArray(this.arrays, key, shape, this.where);
  }

  floats(key: string, ...shape: ExpectedShape): Float32Array {
    return floatValues(this.array(key, ...shape), `${this.where}: ${key}`);
  }

  ints(key: string, ...shape: ExpectedShape): Int32Array {
    return intValues(this.array(key, ...shape), `${this.where}: ${key}`);
  }

  /** The values of an array that may be absent. */
  optionalFloats(key: string, ...shape: ExpectedShape): Float32Array | undefined {
    return this.has(key) ? this.floats(key, ...shape) : undefined;
  }
}
