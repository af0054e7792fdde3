import { type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type RestrictedHead } from './restricted-head.js';
import { type SurfaceSet } from './surface-set.js';

/**
 * Products `sum_n lambda_n (w_ng b_ne,a) (w_nh b_nf,b)` of two parts' shares of the expression basis, made once: the
 * rotations of any two frames choose between them.
 */
export class AccelerationGram {
  private readonly E: number;
  /** Parts that carry some point. */
  private readonly parts: number[];
  /** `[rows, rows]` with rows (part, axis, coefficient). */
  private readonly products: Float32Array;

  private constructor(E: number, parts: number[], products: Float32Array) {
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
    const N = set.count;
    const parts = [...new Set(set.part)].sort((a, b) => a - b);
    const rows = new Float32Array(parts.length * 3 * E * N);
    for (let n = 0; n < N; n++) {
      const root = Math.sqrt(pointWeights[n]);
      for (let i = set.first[n]; i < set.first[n + 1]; i++) {
        const share = root * set.weight[i];
        const part = parts.indexOf(set.part[i]);
        for (let axis = 0; axis < 3; axis++) {
          for (let e = 0; e < E; e++) {
            rows[((part * 3 + axis) * E + e) * N + n] += share * restricted.deformRows[e][set.vertex[i] * 3 + axis];
          }
        }
      }
    }
    const count = parts.length * 3 * E;
    const right = await engine.constant(transposeMatrix(rows, count, N), N, count);
    const products = await right.multiply(rows, count);
    await right.dispose();
    return new AccelerationGram(E, parts, products);
  }

  /**
   * Adds `coefficient sum_n lambda_n (L_n b_ne) . (L'_n b_nf)` to a block's `[E, E]` corner.
   *
   * @param from, to `[G, 9]` rotations of the parts in the world, of the block's two frames.
   */
  addTo(block: Float64Array, start: number, stride: number, from: Float64Array, to: Float64Array, coefficient: number) {
    const { E, parts, products } = this;
    const width = parts.length * 3 * E;
    parts.forEach((g, i) => {
      parts.forEach((h, j) => {
        for (let ab = 0; ab < 9; ab++) {
          const [a, b] = [Math.floor(ab / 3), ab % 3];
          let turn = 0;
          for (let row = 0; row < 9; row += 3) turn += from[g * 9 + row + a] * to[h * 9 + row + b];
          if (Math.abs(turn) < 1e-9) continue;
          const scale = turn * coefficient;
          for (let e = 0; e < E; e++) {
            const source = ((i * 3 + a) * E + e) * width + (j * 3 + b) * E;
            const target = start + e * stride;
            for (let f = 0; f < E; f++) block[target + f] += scale * products[source + f];
          }
        }
      });
    });
  }
}
