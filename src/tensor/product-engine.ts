import { blockChain, type BorderChain, type ChainShape } from './border-chain.js';

/** A right-hand side that stays the same over many products. */
export interface ConstantMatrix {
  /** `left` `[rows, K]` times the constant `[K, N]`: `[rows, N]`. */
  multiply(left: Float32Array, rows: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Who computes large products; plain TypeScript here, a native engine where there is one. */
export interface ProductEngine {
  name: string;
  /** Single precision. @param values `[K, N]` row-major. */
  constant(values: Float32Array, K: number, N: number): Promise<ConstantMatrix>;
  /** Double precision. */
  chain(shape: ChainShape): Promise<BorderChain>;
}

/** Width of a packed column panel and height of a row tile. */
const tile = 4;

/** Products in plain TypeScript, packed panels and 4 x 4 tiles summed in double precision; chains by our own kernel. */
export const plainProducts: ProductEngine = {
  name: 'plain',
  constant: async (values, K, N) => {
    const packed = packPanels(values, K, N);
    return {
      multiply: async (left, rows) => multiplyPacked(left, rows, packed, K, N),
      dispose: async () => undefined,
    };
  },
  chain: async (shape) => blockChain(shape),
};

/** Columns in panels of four, `[N / 4][K][4]`, padded with zeros. */
function packPanels(values: Float32Array, K: number, N: number): Float32Array {
  const panels = Math.ceil(N / tile);
  const packed = new Float32Array(panels * K * tile);
  for (let k = 0; k < K; k++) {
    for (let j = 0; j < N; j++) packed[(Math.floor(j / tile) * K + k) * tile + (j % tile)] = values[k * N + j];
  }
  return packed;
}

function multiplyPacked(left: Float32Array, rows: number, packed: Float32Array, K: number, N: number): Float32Array {
  const product = new Float32Array(rows * N);
  const sums = new Float64Array(tile * tile);
  for (let i = 0; i < rows; i += tile) {
    for (let j = 0; j < N; j += tile) {
      multiplyTile(left, Math.min(i, rows - 1) * K, tileRows(i, rows, K), packed, j * K, K, sums);
      for (let a = 0; a < tile && i + a < rows; a++) {
        for (let b = 0; b < tile && j + b < N; b++) product[(i + a) * N + j + b] = sums[a * tile + b];
      }
    }
  }
  return product;
}

/** Distance between the rows of a tile; rows past the end repeat the first. */
function tileRows(i: number, rows: number, K: number): [number, number, number] {
  return [1, 2, 3].map((a) => (i + a < rows ? a * K : 0)) as [number, number, number];
}

function multiplyTile(
  left: Float32Array,
  r0: number,
  [step1, step2, step3]: [number, number, number],
  packed: Float32Array,
  start: number,
  K: number,
  sums: Float64Array,
): void {
  const [r1, r2, r3] = [r0 + step1, r0 + step2, r0 + step3];
  let [c00, c01, c02, c03, c10, c11, c12, c13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [c20, c21, c22, c23, c30, c31, c32, c33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0, b = start; k < K; k++, b += tile) {
    const b0 = packed[b];
    const b1 = packed[b + 1];
    const b2 = packed[b + 2];
    const b3 = packed[b + 3];
    const a0 = left[r0 + k];
    const a1 = left[r1 + k];
    const a2 = left[r2 + k];
    const a3 = left[r3 + k];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  sums.set([c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33]);
}
