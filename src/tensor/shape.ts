import { type Tensor } from '@tensorflow/tfjs';

/** A size, or the letter of a size that may be anything but must agree wherever it stands. */
export type Size = number | string;

/**
 * Checks an array's shape at a public edge.
 *
 * @throws `where: expected shape [F, 3], got [2, 4].`
 */
export function assertShape(where: string, tensor: Tensor, expected: Size[], sizes: Record<string, number> = {}): void {
  const known = { ...sizes };
  const fits =
    tensor.shape.length === expected.length &&
    expected.every((size, axis) => {
      const got = tensor.shape[axis];
      if (typeof size === 'number') return size === got;
      known[size] ??= got;
      return known[size] === got;
    });
  if (!fits) throw new Error(`${where}: expected shape [${expected.join(', ')}], got [${tensor.shape.join(', ')}].`);
}

/** Checks the length of a plain array against its documented shape. */
export function assertLength(where: string, array: ArrayLike<number>, shape: number[]): void {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (array.length !== expected) {
    throw new Error(
      `${where}: expected shape [${shape.join(', ')}] (${expected} numbers), got ${array.length} numbers.`,
    );
  }
}

/** Checks standard deviations and counts that divide: each finite and above zero. */
export function assertPositive(where: string, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0 && value < Infinity)) throw new Error(`${where}: expected a positive ${name}, got ${value}.`);
  }
}

/** Checks that every number is finite; names the first that is not. */
export function assertFinite(where: string, array: ArrayLike<number>): void {
  for (let i = 0; i < array.length; i++) {
    if (!Number.isFinite(array[i]))
      throw new Error(`${where}: expected finite numbers, got ${array[i]} at index ${i}.`);
  }
}
