import { type Allocate, numpyScalar, PickledArray, PickledAttributes, PickledDtype, tuple } from './pickle-classes.js';

/** A class or function of the allow-list: what calling it with pickled arguments makes. */
export class PickleGlobal {
  constructor(
    readonly name: string,
    readonly call: Call,
  ) {}
}

type Call = (args: unknown[], allocate: Allocate) => unknown;

/** What a pickle calls must be something that the allow-list gave it. */
export function asGlobal(value: unknown): PickleGlobal {
  if (!(value instanceof PickleGlobal)) throw new Error('expected a known class or function to call');
  return value;
}

const makeArray: Call = () => new PickledArray();
const makeDtype: Call = ([descr]) => new PickledDtype(String(descr));
const frombuffer: Call = ([values, dtype, shape, order], allocate) =>
  new PickledArray().fill(shape, dtype, order === 'F', values, allocate);

/** `_codecs.encode`: how older protocols write bytes. */
const encode: Call = ([text, encoding], allocate) => {
  if (typeof text !== 'string' || !/^latin-?1$/i.test(String(encoding))) {
    throw new Error(`expected Latin-1 text in _codecs.encode, got ${String(encoding).slice(0, 20)}`);
  }
  allocate(text.length);
  return new Uint8Array(Buffer.from(text, 'latin1'));
};

/** A dictionary, from nothing or from pairs. */
const makeDictionary: Call = ([pairs = []], allocate) => {
  if (pairs instanceof Map) return new Map(pairs);
  allocate(tuple(pairs, 'the items of a dictionary').length * 64);
  return new Map((pairs as unknown[]).map((pair) => tuple(pair, 'an item of a dictionary') as [unknown, unknown]));
};

const makeSequence: Call = ([items = []], allocate) => {
  const values = items instanceof Set ? [...items] : tuple(items, 'the items of a list');
  allocate(values.length * 8);
  return [...values];
};

const makeSet: Call = (args, allocate) => new Set(makeSequence(args, allocate) as unknown[]);

const makeBytes: Call = ([value, encoding = 'latin1'], allocate) =>
  value instanceof Uint8Array ? value : encode([value, encoding], allocate);

/** How the default `__reduce__` rebuilds an object: the class and what it is made from. */
const makeInstance: Call = ([target, ...args], allocate) => asGlobal(target).call(args, allocate);
const reconstruct: Call = ([target], allocate) => asGlobal(target).call([], allocate);

const calls: Record<string, Call> = {
  'numpy.ndarray': () => new PickledArray(),
  'numpy.dtype': makeDtype,
  '_codecs.encode': encode,
  'collections.OrderedDict': makeDictionary,
};

for (const core of ['numpy.core', 'numpy._core']) {
  calls[`${core}.multiarray._reconstruct`] = makeArray;
  calls[`${core}.multiarray.scalar`] = numpyScalar;
  calls[`${core}.numeric._frombuffer`] = frombuffer;
}

for (const builtins of ['builtins', '__builtin__']) {
  calls[`${builtins}.dict`] = makeDictionary;
  calls[`${builtins}.list`] = makeSequence;
  calls[`${builtins}.tuple`] = makeSequence;
  calls[`${builtins}.set`] = makeSet;
  calls[`${builtins}.frozenset`] = makeSet;
  calls[`${builtins}.bytearray`] = makeBytes;
  calls[`${builtins}.bytes`] = makeBytes;
  calls[`${builtins}.object`] = () => null;
}

for (const copyreg of ['copyreg', 'copy_reg']) {
  calls[`${copyreg}._reconstructor`] = reconstruct;
  calls[`${copyreg}.__newobj__`] = makeInstance;
}

for (const format of ['csc', 'csr', 'coo']) {
  for (const module of [`scipy.sparse.${format}`, `scipy.sparse._${format}`]) {
    for (const kind of ['matrix', 'array']) {
      const name = `${module}.${format}_${kind}`;
      calls[name] = () => new PickledAttributes(`scipy.sparse.${format}`);
    }
  }
}

calls['chumpy.ch.Ch'] = () => new PickledAttributes('chumpy.ch.Ch');

/** A class or function by name; everything that is not known to be harmless is refused by name. */
export function pickleGlobal(module: string, name: string): PickleGlobal {
  const full = `${module}.${name}`;
  if (!Object.hasOwn(calls, full)) {
    throw new Error(`it asks for ${full.slice(0, 120)}, which is not among the classes a head model needs; refused`);
  }
  return new PickleGlobal(full, calls[full]);
}
