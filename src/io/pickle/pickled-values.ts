import { type NpyArray } from '../../tensor/npy.js';
import { doubleValues, intValues } from '../../tensor/npy-values.js';
import { PickledArray, PickledAttributes } from './pickle-classes.js';

const deepestNesting = 8;
/** A dense matrix made from a sparse one; values. */
const largestMatrix = 2 ** 28;

/** Numbers or strings of a pickled array: NumPy's, chumpy's, or a sparse matrix made dense. */
export function pickledArray(value: unknown, where: string): NpyArray {
  let current = value;
  for (let depth = 0; depth < deepestNesting; depth++) {
    if (current instanceof PickledArray && current.array) return current.array;
    if (current instanceof PickledArray && current.objects?.length === 1) [current] = current.objects;
    else if (current instanceof PickledAttributes && current.className.startsWith('scipy'))
      return dense(current, where);
    else if (current instanceof PickledAttributes) current = current.attributes.get('x');
    else if (Array.isArray(current) || typeof current === 'number') return fromNumbers(current, where);
    else break;
  }
  throw new Error(`${where}: expected an array, got something else.`);
}

function fromNumbers(value: unknown[] | number, where: string): NpyArray {
  const items = Array.isArray(value) ? value : [value];
  if (items.some((item) => typeof item !== 'number')) throw new Error(`${where}: expected numbers, got other objects.`);
  const shape = Array.isArray(value) ? [items.length] : [];
  return { dtype: 'float64', shape, data: Float64Array.from(items as number[]) };
}

/** A sparse matrix in any of scipy's three forms as `[rows, columns]` float64. */
function dense({ attributes, className }: PickledAttributes, where: string): NpyArray {
  const part = (name: string) => pickledArray(attributes.get(name), `${where}: ${className}: ${name}`);
  const ints = (name: string) => intValues(part(name), `${where}: ${name}`);
  const shape = ((attributes.get('_shape') ?? attributes.get('shape')) as unknown[] | undefined)?.map(Number);
  if (shape?.length !== 2 || !(shape[0] * shape[1] <= largestMatrix)) {
    throw new Error(
      `${where}: expected a matrix of at most ${largestMatrix} values, got shape [${shape?.join(', ')}].`,
    );
  }
  const values = doubleValues(part('data'), where);
  const { rows, columns } = coordinates(className, attributes, ints, where);
  const data = new Float64Array(shape[0] * shape[1]);
  for (let k = 0; k < values.length; k++) {
    if (!(rows[k] >= 0 && rows[k] < shape[0] && columns[k] >= 0 && columns[k] < shape[1])) {
      throw new Error(`${where}: expected entries inside [${shape.join(', ')}], got [${rows[k]}, ${columns[k]}].`);
    }
    data[rows[k] * shape[1] + columns[k]] += values[k];
  }
  return { dtype: 'float64', shape, data };
}

/** Row and column of every stored entry. */
function coordinates(
  className: string,
  attributes: Map<unknown, unknown>,
  ints: (name: string) => Int32Array,
  where: string,
): { rows: ArrayLike<number>; columns: ArrayLike<number> } {
  if (className.endsWith('coo')) {
    const coords = attributes.get('coords');
    if (!Array.isArray(coords)) return { rows: ints('row'), columns: ints('col') };
    const [rows, columns] = coords.map((axis) => intValues(pickledArray(axis, where), where));
    return { rows, columns };
  }
  const indices = ints('indices');
  const starts = ints('indptr');
  const major = new Int32Array(indices.length);
  for (let line = 0; line + 1 < starts.length; line++) major.fill(line, starts[line], starts[line + 1]);
  return className.endsWith('csc') ? { rows: indices, columns: major } : { rows: major, columns: indices };
}
