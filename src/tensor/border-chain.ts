import { type Block, BlockAlgebra, blockSize } from './block-algebra.js';

/** F frames of n unknowns each, n a multiple of four, and s unknowns that all of them touch. */
export interface ChainShape {
  frameCount: number;
  n: number;
  s: number;
  /** Whether frames touch the two before them. */
  coupled: boolean;
}

/** A factorised chain; each `[F, n, n]`. */
export interface ChainFactors {
  /** `U_t`, the transposed inverse of frame t's Cholesky factor. */
  inverse: Float64Array;
  /** `A_t` and `B_t`, the factor's blocks of frame t with t - 1 and t - 2; not read where frames are not coupled. */
  first: Float64Array;
  second: Float64Array;
}

/**
 * Takes the unknowns that all frames touch, the border `C`, through a factorised chain, in double precision:
 * `X_t = U_t^T (C_t - A_t X_{t-1} - B_t X_{t-2})`.
 */
export interface BorderChain {
  /**
   * @param border `[F, n, s]`.
   * @returns X `[F, n, s]`, overwritten by the next call, and `sum_t X_t^T X_t` `[s, s]`.
   */
  run(factors: ChainFactors, border: Float64Array): Promise<{ rows: Float64Array; gram: Float64Array }>;
  dispose(): Promise<void>;
}

/** The same by the blocks of one memory, where there is no faster engine; it keeps the border transposed. */
export function blockChain({ frameCount, n, s, coupled }: ChainShape): BorderChain {
  const padded = blockSize(s);
  const algebra = new BlockAlgebra(4 * padded * n + 3 * n * n + padded * padded);
  const recent = [0, 1, 2].map(() => algebra.allocate(padded, n));
  const left = algebra.allocate(padded, n);
  const [inverse, first, second] = [0, 1, 2].map(() => algebra.allocate(n, n));
  const gram = algebra.allocate(padded, padded);
  const rows = new Float64Array(frameCount * n * s);
  const take = (values: Float64Array, t: number) => values.subarray(t * n * n, (t + 1) * n * n);
  return {
    async run(factors, border) {
      gram.values.fill(0);
      for (let t = 0; t < frameCount; t++) {
        const [row, before, earlier] = [0, 1, 2].map((back) => recent[(t + 3 - back) % 3]);
        copyTransposed(border, t * n * s, n, s, left);
        if (coupled && t > 0) algebra.subtractProduct(left, before, filled(first, take(factors.first, t)));
        if (coupled && t > 1) algebra.subtractProduct(left, earlier, filled(second, take(factors.second, t)));
        row.values.fill(0);
        algebra.subtractProduct(row, left, negatedTranspose(take(factors.inverse, t), inverse));
        algebra.subtractGram(gram, row);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < s; j++) rows[(t * n + i) * s + j] = row.values[j * n + i];
        }
      }
      const sum = new Float64Array(s * s);
      for (let i = 0; i < s; i++) {
        for (let j = 0; j < s; j++) sum[i * s + j] = -gram.values[Math.max(i, j) * padded + Math.min(i, j)];
      }
      return { rows, gram: sum };
    },
    dispose: async () => undefined,
  };
}

function filled(block: Block, values: Float64Array): Block {
  block.values.set(values);
  return block;
}

function copyTransposed(from: Float64Array, start: number, n: number, s: number, { values }: Block): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < s; j++) values[j * n + i] = from[start + i * s + j];
}

function negatedTranspose(from: Float64Array, block: Block): Block {
  const { values, rows: n } = block;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) values[j * n + i] = -from[i * n + j];
  return block;
}
