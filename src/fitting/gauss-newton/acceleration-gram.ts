import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type RestrictedHead } from './restricted-head.js';
import { type SurfaceSet } from './surface-set.js';

/**
 * Products `sum_n lambda_n (w_ng b_ne,a) (w_nh b_nf,b)` of two parts' shares of the expression basis, made once: a block
 * of two frames is a sum of them with the frames' rotations as coefficients, so all blocks are one product.
 */
export class AccelerationGram {
  private readonly E: number;
  /** Parts that carry some point. */
  private readonly parts: number[];
  /** `[pairs of (part, axis), E * E]`. */
  private readonly products: ConstantMatrix;

  private constructor(E: number, parts: number[], products: ConstantMatrix) {
    this.E = E;
    this.parts = parts;
    this.products = products;
  }

  static async create(
    restricted: RestrictedHead,
    set: SurfaceSet,
    pointWeights: Float32Array,
    E: number,
    engine: ProductEngine,
  ): Promise<AccelerationGram> {
    const parts = [...new Set(set.part)].sort((a, b) => a - b);
    const rows = partRows(restricted, set, pointWeights, E, parts);
    const [planes, N] = [parts.length * 3, set.count];
    const right = await engine.constant(transposeMatrix(rows, planes * E, N), N, planes * E);
    const products = await right.multiply(rows, planes * E);
    await right.dispose();
    const pairs = new Float32Array(products.length);
    for (let i = 0; i < planes * E; i++) {
      for (let j = 0; j < planes; j++) {
        const pair = Math.floor(i / E) * planes + j;
        const source = (i * planes + j) * E;
        pairs.set(products.subarray(source, source + E), (pair * E + (i % E)) * E);
      }
    }
    return new AccelerationGram(E, parts, await engine.constant(pairs, planes * planes, E * E));
  }

  dispose(): Promise<void> {
    return this.products.dispose();
  }

  /**
   * Adds `coefficient sum_n lambda_n (L_n b_ne) . (L'_n b_nf)` to the expression corners of blocks.
   *
   * @param pairs each block's two frames, by the rotations `[G, 9]` of their parts in the world.
   */
  async addTo(pairs: FramePair[], start: number, stride: number): Promise<void> {
    const { E, parts } = this;
    const planes = parts.length * 3;
    const turns = new Float32Array(pairs.length * planes * planes);
    pairs.forEach(({ from, to, coefficient }, k) => {
      for (let i = 0; i < planes; i++) {
        const a = parts[Math.floor(i / 3)] * 9 + (i % 3);
        for (let j = 0; j < planes; j++) {
          const b = parts[Math.floor(j / 3)] * 9 + (j % 3);
          const turn = from[a] * to[b] + from[a + 3] * to[b + 3] + from[a + 6] * to[b + 6];
          turns[(k * planes + i) * planes + j] = coefficient * turn;
        }
      }
    });
    const sums = await this.products.multiply(turns, pairs.length);
    pairs.forEach(({ block }, k) => {
      for (let e = 0; e < E; e++) {
        const [target, source] = [start + e * stride, (k * E + e) * E];
        for (let f = 0; f < E; f++) block[target + f] += sums[source + f];
      }
    });
  }
}

/** Two frames, what multiplies their products, and the block that takes them. */
export interface FramePair {
  from: Float64Array;
  to: Float64Array;
  coefficient: number;
  block: Float64Array;
}

/** Each part's share of the expression basis times the root of lambda, `[part, axis, E][N]`. */
function partRows(
  restricted: RestrictedHead,
  set: SurfaceSet,
  pointWeights: Float32Array,
  E: number,
  parts: number[],
): Float32Array {
  const N = set.count;
  const rows = new Float32Array(parts.length * 3 * E * N);
  for (let n = 0; n < N; n++) {
    const root = Math.sqrt(pointWeights[n]);
    for (let i = set.first[n]; i < set.first[n + 1]; i++) {
      const share = root * set.weight[i];
      const plane = parts.indexOf(set.part[i]) * 3;
      for (let axis = 0; axis < 3; axis++) {
        for (let e = 0; e < E; e++) {
          rows[((plane + axis) * E + e) * N + n] += share * restricted.deformRows[e][set.vertex[i] * 3 + axis];
        }
      }
    }
  }
  return rows;
}
