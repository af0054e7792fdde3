import { type HeadModel } from '../../flame/head-model.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type RestrictedHead } from './restricted-head.js';
import { pointCorners, type SurfaceSet } from './surface-set.js';

/**
 * Curvature of the neutral head: the Hessian of a set's unposed points, summed over the frames, and what it is for
 * shape and offsets.
 */
export class SharedCurvature {
  private readonly layout: Layout;
  private readonly set: SurfaceSet;
  /** `[N, 6]`. */
  private readonly hessian: Float64Array;
  /** `[S, 3 N]`. */
  private readonly shapeRows: Float32Array;
  /** For each free vertex the points it carries and by how much. */
  private readonly carried: { point: number; weight: number }[][];
  private shape?: ConstantMatrix;

  constructor(head: HeadModel, restricted: RestrictedHead, points: SurfacePoints[], set: SurfaceSet, layout: Layout) {
    this.layout = layout;
    this.set = set;
    this.hessian = new Float64Array(set.count * 6);
    this.shapeRows = set.interpolateRows(restricted.shapeRows.slice(0, layout.shapeSize));
    const rowOf = new Map(Array.from(layout.offsetVertices, (v, m) => [v, m]));
    this.carried = Array.from(layout.offsetVertices, () => []);
    pointCorners(head, points).forEach(({ vertices, weights }, point) => {
      vertices.forEach((v, corner) => {
        const m = rowOf.get(v);
        if (m !== undefined) this.carried[m].push({ point, weight: weights[corner] });
      });
    });
  }

  async prepare(engine: ProductEngine): Promise<void> {
    const { shapeSize: S } = this.layout;
    const width = this.set.count * 3;
    if (S > 0) this.shape = await engine.constant(transposeMatrix(this.shapeRows, S, width), width, S);
  }

  async dispose(): Promise<void> {
    await this.shape?.dispose();
  }

  /** Adds `[N, 6]` in the coordinates of the unposed points. */
  addHessian(local: Float64Array): void {
    for (let i = 0; i < local.length; i++) this.hessian[i] += local[i];
  }

  /** Rows `[rows, 3 N]` times the shape basis: `[rows, S]`. */
  async shapeProduct(rows: Float32Array, count: number): Promise<Float32Array> {
    return this.shape && count > 0 ? this.shape.multiply(rows, count) : new Float32Array(0);
  }

  /** Calls `add` with the value of each offset unknown that a row `[3 N]` has. */
  addOffsets(rows: Float32Array, start: number, add: (column: number, value: number) => void): void {
    this.carried.forEach((points, m) => {
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (const { point, weight } of points) sum += weight * rows[start + point * 3 + axis];
        add(m * 3 + axis, sum);
      }
    });
  }

  /** Adds the blocks of shape and offsets to the shared matrix, and forgets the sum. */
  async addTo({ shared, s: size }: NormalEquations): Promise<void> {
    const { shapeSize: S } = this.layout;
    const width = this.set.count * 3;
    const rows = new Float32Array(S * width);
    for (let s = 0; s < S; s++) this.applyHessian(this.shapeRows, s * width, rows, s * width);
    const product = await this.shapeProduct(rows, S);
    for (let s = 0; s < S; s++) {
      for (let other = 0; other < S; other++) shared[s * size + other] += product[s * S + other];
      this.addOffsets(rows, s * width, (column, value) => {
        shared[s * size + S + column] += value;
        shared[(S + column) * size + s] += value;
      });
    }
    this.addOffsetBlock(shared, size);
    this.hessian.fill(0);
  }

  private addOffsetBlock(shared: Float64Array, size: number): void {
    const { shapeSize: S } = this.layout;
    const owners: { m: number; weight: number }[][] = Array.from({ length: this.set.count }, () => []);
    this.carried.forEach((points, m) => points.forEach(({ point, weight }) => owners[point].push({ m, weight })));
    owners.forEach((list, n) => {
      for (const left of list) {
        for (const right of list) {
          for (let a = 0; a < 3; a++) {
            for (let b = 0; b < 3; b++) {
              const value = left.weight * right.weight * this.hessian[n * 6 + symmetricEntry[a][b]];
              shared[(S + left.m * 3 + a) * size + S + right.m * 3 + b] += value;
            }
          }
        }
      }
    });
  }

  private applyHessian(rows: Float32Array, from: number, result: Float32Array, to: number): void {
    const H = this.hessian;
    for (let n = 0, i = 0; n < H.length; n += 6, i += 3) {
      const [x, y, z] = [rows[from + i], rows[from + i + 1], rows[from + i + 2]];
      result[to + i] = H[n] * x + H[n + 1] * y + H[n + 2] * z;
      result[to + i + 1] = H[n + 1] * x + H[n + 3] * y + H[n + 4] * z;
      result[to + i + 2] = H[n + 2] * x + H[n + 4] * y + H[n + 5] * z;
    }
  }
}

/** Where entry (a, b) of a symmetric matrix stands among xx, xy, xz, yy, yz, zz. */
const symmetricEntry = [
  [0, 1, 2],
  [1, 3, 4],
  [2, 4, 5],
];
