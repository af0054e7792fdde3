import { type HeadModel } from '../../flame/head-model.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type RestrictedHead } from './restricted-head.js';
import { RowPlan } from './row-plan.js';
import { pointCorners, type SurfaceSet } from './surface-set.js';

/**
 * Curvature of the neutral head: the Hessian of a set's unposed points, summed over the frames, and what it is for
 * shape and offsets.
 */
export class SharedCurvature {
  private readonly layout: Layout;
  private readonly set: SurfaceSet;
  private readonly plan: RowPlan;
  /** `[6, plane]`. */
  private readonly hessian: Float64Array;
  /** `[S, width]` rows of the plan. */
  private readonly shapeRows: Float32Array;
  /** For each free vertex the points it carries and by how much. */
  private readonly carried: { point: number; weight: number }[][];
  private shape?: ConstantMatrix;

  /** @param further `[m][S]` how the plan's further coordinates follow the shape. */
  constructor(
    head: HeadModel,
    restricted: RestrictedHead,
    points: SurfacePoints[],
    set: SurfaceSet,
    layout: Layout,
    plan = new RowPlan(set.count),
    further: Float64Array[] = [],
  ) {
    this.layout = layout;
    this.set = set;
    this.plan = plan;
    this.hessian = new Float64Array(plan.plane * 6);
    this.shapeRows = plan.spread(
      set.interpolateRows(restricted.shapeRows.slice(0, layout.shapeSize)),
      layout.shapeSize,
    );
    further.forEach((row, k) => {
      for (let s = 0; s < layout.shapeSize; s++) this.shapeRows[s * plan.width + plan.extra + k] = row[s];
    });
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
    const { width } = this.plan;
    if (S > 0) this.shape = await engine.constant(transposeMatrix(this.shapeRows, S, width), width, S);
  }

  async dispose(): Promise<void> {
    await this.shape?.dispose();
  }

  /** Adds `[6, plane]` in the coordinates of the unposed points. */
  addHessian(local: ArrayLike<number>): void {
    for (let i = 0; i < local.length; i++) this.hessian[i] += local[i];
  }

  /** The same for `[N, 6]`, point by point. */
  addPointHessian(hessian: Float64Array): void {
    for (let n = 0; n < this.set.count; n++) {
      for (let k = 0; k < 6; k++) this.hessian[k * this.plan.plane + n] += hessian[n * 6 + k];
    }
  }

  /** Rows of the plan times the shape basis: `[rows, S]`. */
  async shapeProduct(rows: Float32Array, count: number): Promise<Float32Array> {
    return this.shape && count > 0 ? this.shape.multiply(rows, count) : new Float32Array(0);
  }

  /** Calls `add` with the value of each offset unknown that a row of the plan has. */
  addOffsets(rows: Float32Array, start: number, add: (column: number, value: number) => void): void {
    this.carried.forEach((points, m) => {
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (const { point, weight } of points) sum += weight * rows[start + axis * this.plan.plane + point];
        add(m * 3 + axis, sum);
      }
    });
  }

  /** Adds the blocks of shape and offsets to the shared matrix, and forgets the sum. */
  async addTo({ shared, s: size }: NormalEquations): Promise<void> {
    const { shapeSize: S } = this.layout;
    const { width } = this.plan;
    const rows = new Float32Array(S * width);
    for (let s = 0; s < S; s++) this.applyHessian(s * width, rows);
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
              const value = left.weight * right.weight * this.hessian[symmetricEntry[a][b] * this.plan.plane + n];
              shared[(S + left.m * 3 + a) * size + S + right.m * 3 + b] += value;
            }
          }
        }
      }
    });
  }

  /** The matrices times the shape row that begins at `from`, to the same place of `result`. */
  private applyHessian(from: number, result: Float32Array): void {
    const { hessian: H, shapeRows, plan } = this;
    const { plane } = plan;
    const entry = (k: number, n: number) => H[k * plane + n];
    for (let n = 0; n < this.set.count; n++) {
      const x = shapeRows[from + n];
      const y = shapeRows[from + plane + n];
      const z = shapeRows[from + 2 * plane + n];
      result[from + n] = entry(0, n) * x + entry(1, n) * y + entry(2, n) * z;
      result[from + plane + n] = entry(1, n) * x + entry(3, n) * y + entry(4, n) * z;
      result[from + 2 * plane + n] = entry(2, n) * x + entry(4, n) * y + entry(5, n) * z;
    }
  }
}

/** Where entry (a, b) of a symmetric matrix stands among xx, xy, xz, yy, yz, zz. */
const symmetricEntry = [
  [0, 1, 2],
  [1, 3, 4],
  [2, 4, 5],
];
