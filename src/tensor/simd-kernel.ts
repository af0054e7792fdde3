/**
 * A WebAssembly module with one function, `C -= A B^T` in double precision, two numbers at a time.
 *
 * Written out by hand so that the solver needs neither a build step nor a native add-on. Sizes come in numbers, strides
 * in bytes; m is a multiple of 2, n of 4 and k of 2, all at least one such step.
 */
export interface SimdKernel {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** `C [m, n] -= A [m, k] B [n, k]^T`; addresses and strides of the rows in bytes. */
  subtractProduct(
    C: number,
    strideC: number,
    A: number,
    strideA: number,
    B: number,
    strideB: number,
    m: number,
    n: number,
    k: number,
  ): void;
}

/** The part of WebAssembly's interface that is used here; the libraries of TypeScript have it only with the DOM's. */
interface WebAssemblyLike {
  Memory: new (size: { initial: number; maximum: number }) => SimdKernel['memory'];
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
}

/** Starts the module on a fresh memory. */
export function createSimdKernel(): SimdKernel {
  const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyLike }).WebAssembly;
  const memory = new Memory({ initial: 1, maximum: 65536 });
  const { exports } = new Instance(new Module(moduleBytes()), { js: { memory } });
  return { memory, subtractProduct: exports.subtractProduct as SimdKernel['subtractProduct'] };
}

const [i32, v128] = [0x7f, 0x7b];

/** Parameters, then locals, in the order of their indices. */
const names = ['C', 'strideC', 'A', 'strideA', 'B', 'strideB', 'm', 'n', 'k', 'i', 'j', 'end', 'c', 'a0', 'a1'];
const pointers = [...names, 'b0', 'b1', 'b2', 'b3'];
const vectors = ['x0', 'x1', 'y', ...[0, 1].flatMap((row) => [0, 1, 2, 3].map((column) => `sum${row}${column}`))];
const parameterCount = 9;

const index = (name: string) => [...pointers, ...vectors].indexOf(name);
const get = (name: string) => [0x20, index(name)];
const set = (name: string, ...value: number[]) => [...value, 0x21, index(name)];
const constant = (value: number) => [0x41, value];
const add = (a: number[], b: number[]) => [...a, ...b, 0x6a];
const multiply = (a: number[], b: number[]) => [...a, ...b, 0x6c];
const advance = (name: string, by: number) => set(name, ...add(get(name), constant(by)));
/** Runs the body, then again while one local is below another. */
const loop = (body: number[], low: string, high: string) => [
  ...[0x03, 0x40, ...body, ...get(low), ...get(high)],
  ...[0x49, 0x0d, 0x00, 0x0b],
];
const loadVector = (pointer: string) => [...get(pointer), 0xfd, 0x00, 0x03, 0x00];
const addVectors = (a: number[], b: number[]) => [...a, ...b, 0xfd, 0xf0, 0x01];
const multiplyVectors = (a: number[], b: number[]) => [...a, ...b, 0xfd, 0xf2, 0x01];
const lane = (vector: string, k: number) => [...get(vector), 0xfd, 0x21, k];
const zeroVector = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];

/** Tiles of two rows and four columns; eight sums stay in registers while k runs. */
function body(): number[] {
  const rowStart = (matrix: string, stride: string, row: string) => add(get(matrix), multiply(get(row), get(stride)));
  const inner = [
    ...set('x0', ...loadVector('a0')),
    ...set('x1', ...loadVector('a1')),
    ...[0, 1, 2, 3].flatMap((column) => [
      ...set('y', ...loadVector(`b${column}`)),
      ...[0, 1].flatMap((row) => {
        const sum = `sum${row}${column}`;
        return set(sum, ...addVectors(get(sum), multiplyVectors(get(`x${row}`), get('y'))));
      }),
    ]),
    ...['a0', 'a1', 'b0', 'b1', 'b2', 'b3'].flatMap((pointer) => advance(pointer, 16)),
  ];
  const store = [0, 1].flatMap((row) => [
    ...[0, 1, 2, 3].flatMap((column) => {
      const sum = `sum${row}${column}`;
      const total = [...lane(sum, 0), ...lane(sum, 1), 0xa0];
      return [...get('c'), ...get('c'), 0x2b, 0x03, column * 8, ...total, 0xa1, 0x39, 0x03, column * 8];
    }),
    ...set('c', ...add(get('c'), get('strideC'))),
  ]);
  const tile = [
    ...set('a0', ...rowStart('A', 'strideA', 'i')),
    ...set('a1', ...add(get('a0'), get('strideA'))),
    ...set('b0', ...rowStart('B', 'strideB', 'j')),
    ...[1, 2, 3].flatMap((column) => set(`b${column}`, ...add(get(`b${column - 1}`), get('strideB')))),
    ...set('end', ...add(get('a0'), multiply(get('k'), constant(8)))),
    ...vectors.slice(3).flatMap((sum) => set(sum, ...zeroVector)),
    ...loop(inner, 'a0', 'end'),
    ...set('c', ...add(rowStart('C', 'strideC', 'i'), multiply(get('j'), constant(8)))),
    ...store,
    ...advance('j', 4),
  ];
  return [
    ...set('i', ...constant(0)),
    ...loop([...set('j', ...constant(0)), ...loop(tile, 'j', 'n'), ...advance('i', 2)], 'i', 'm'),
    0x0b,
  ];
}

function moduleBytes(): Uint8Array {
  const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
  const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];
  const locals = [2, pointers.length - parameterCount, i32, vectors.length, v128];
  const code = [...locals, ...body()];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, parameterCount, ...new Array<number>(parameterCount).fill(i32), 0]),
    ...section(2, [1, ...text('js'), ...text('memory'), 0x02, 0x01, 1, ...unsigned(65536)]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('subtractProduct'), 0x00, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

/** Seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}
