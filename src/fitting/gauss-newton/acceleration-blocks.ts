import { type AccelerationForm } from '../../energies/gauss-newton-form.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type Weighted } from './form-terms.js';
import { type PartTransforms } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type RestrictedHead } from './restricted-head.js';
import { type SurfaceSet } from './surface-set.js';

/** What one frame contributes to the blocks: motion of the points with the pose, and the parts' turns in the world. */
export interface AccelerationFrame {
  /** For each unknown of head pose and joints `[N, 3]`, world frame. */
  columns: Float64Array[];
  /** `[N, 9]` from displacements of unposed points to the world. */
  linear: Float64Array;
  /** `[G, 9]` rotation of each part, world frame. */
  partRotations: Float64Array;
}

/** Products `sum_n lambda_n (w_ng b_ne,a) (w_nh b_nf,b)` of two parts' share of the expression basis, `[E, E]`. */
interface Gram {
  parts: [number, number];
  axes: [number, number];
  values: Float64Array;
}

/**
 * Hessian blocks of an acceleration term between frames t, t + 1 and t + 2 (math.md section 7).
 *
 * Expression with expression comes from Gram matrices made once, between which the frames' rotations choose; pose with
 * expression is a product of few rows. How the shape moves the accelerations is left to the gradient: it does so only
 * as the head turns.
 */
export class AccelerationBlocks {
  private readonly term: Weighted<AccelerationForm>;
  private readonly layout: Layout;
  private readonly set: SurfaceSet;
  private readonly grams: Gram[] = [];
  private expression?: ConstantMatrix;

  constructor(term: Weighted<AccelerationForm>, set: SurfaceSet, layout: Layout) {
    this.term = term;
    this.set = set;
    this.layout = layout;
  }

  async prepare(restricted: RestrictedHead, partCount: number, engine: ProductEngine): Promise<void> {
    const E = this.layout.expressionSize;
    if (E === 0) return;
    const width = this.set.count * 3;
    const rows = this.set.interpolateRows(restricted.deformRows.slice(0, E));
    this.expression = await engine.constant(transposeMatrix(rows, E, width), width, E);
    const shares = Array.from({ length: partCount }, (_, g) => this.partShare(restricted, g));
    for (let g = 0; g < partCount; g++) {
      for (let h = 0; h < partCount; h++) await this.addGrams(shares, g, h, engine);
    }
  }

  async dispose(): Promise<void> {
    await this.expression?.dispose();
  }

  /** `1/2 weight sum_n lambda_n |acceleration|^2` of the triple that begins at frame k. */
  tripleEnergy(k: number, worlds: Float64Array[]): number {
    const { pointWeights } = this.term.form;
    let energy = 0;
    for (let n = 0; n < this.set.count; n++) {
      for (let axis = 0; axis < 3; axis++) energy += pointWeights[n] * this.acceleration(k, worlds, n * 3 + axis) ** 2;
    }
    return (energy * this.term.weight) / 2;
  }

  /** Gradient on the points of frame t, `[N, 3]`, world frame. */
  pointGradient(t: number, worlds: Float64Array[]): Float64Array {
    const { pointWeights, stencil } = this.term.form;
    const gradient = new Float64Array(this.set.count * 3);
    for (let a = 0; a < 3; a++) {
      const k = t - a;
      if (k < 0 || k >= stencil[a].length || stencil[a][k] === 0) continue;
      const scale = stencil[a][k] * this.term.weight;
      for (let i = 0; i < gradient.length; i++) {
        gradient[i] += scale * pointWeights[Math.floor(i / 3)] * this.acceleration(k, worlds, i);
      }
    }
    return gradient;
  }

  /** Adds all blocks to the band. */
  async addBlocks(frames: AccelerationFrame[], equations: NormalEquations): Promise<void> {
    for (let t = 0; t < frames.length; t++) {
      for (const distance of [0, 1, 2] as const) {
        const coefficient = t + distance < frames.length ? this.coupling(t, distance) : 0;
        if (coefficient === 0) continue;
        const block = equations.block(t, distance);
        this.addPosePose(frames[t], frames[t + distance], coefficient, block);
        this.addExpression(frames[t], frames[t + distance], coefficient, block);
      }
      await this.addPoseExpression(frames, t, equations);
    }
  }

  private acceleration(k: number, worlds: Float64Array[], i: number): number {
    const { stencil } = this.term.form;
    if (stencil[1][k] === 0) return 0;
    return stencil[0][k] * worlds[k][i] + stencil[1][k] * worlds[k + 1][i] + stencil[2][k] * worlds[k + 2][i];
  }

  /** What multiplies the products of frames t and t + distance. */
  private coupling(t: number, distance: number): number {
    const { stencil } = this.term.form;
    let sum = 0;
    for (let a = 0; a + distance < 3; a++) {
      const k = t - a;
      if (k >= 0 && k < stencil[0].length) sum += stencil[a][k] * stencil[a + distance][k];
    }
    return sum * this.term.weight;
  }

  private addPosePose(from: AccelerationFrame, to: AccelerationFrame, coefficient: number, block: Float64Array): void {
    const { frameSize, poseSize } = this.layout;
    const { pointWeights } = this.term.form;
    for (let i = 0; i < poseSize; i++) {
      for (let j = 0; j < poseSize; j++) {
        const [left, right] = [from.columns[i], to.columns[j]];
        let sum = 0;
        for (let n = 0; n < this.set.count; n++) {
          const k = n * 3;
          sum += pointWeights[n] * (left[k] * right[k] + left[k + 1] * right[k + 1] + left[k + 2] * right[k + 2]);
        }
        block[i * frameSize + j] += coefficient * sum;
      }
    }
  }

  private addExpression(from: AccelerationFrame, to: AccelerationFrame, coefficient: number, block: Float64Array) {
    const { frameSize, poseSize, expressionSize: E } = this.layout;
    for (const { parts, axes, values } of this.grams) {
      let turn = 0;
      for (let row = 0; row < 3; row++) {
        turn +=
          from.partRotations[parts[0] * 9 + row * 3 + axes[0]] * to.partRotations[parts[1] * 9 + row * 3 + axes[1]];
      }
      const scale = turn * coefficient;
      if (Math.abs(turn) < 1e-9) continue;
      for (let e = 0; e < E; e++) {
        const row = (poseSize + e) * frameSize + poseSize;
        for (let f = 0; f < E; f++) block[row + f] += scale * values[e * E + f];
      }
    }
  }

  /** Pose of frame t with the expressions of t - 2 to t + 2: one product of five times poseSize rows. */
  private async addPoseExpression(frames: AccelerationFrame[], t: number, equations: NormalEquations): Promise<void> {
    const { frameSize, poseSize, expressionSize: E } = this.layout;
    if (!this.expression || poseSize === 0) return;
    const width = this.set.count * 3;
    const near = [-2, -1, 0, 1, 2].filter((d) => t + d >= 0 && t + d < frames.length && this.couples(t, d));
    const rows = new Float32Array(near.length * poseSize * width);
    near.forEach((distance, k) => {
      const coefficient = this.coupling(Math.min(t, t + distance), Math.abs(distance));
      for (let i = 0; i < poseSize; i++) {
        const row = rows.subarray((k * poseSize + i) * width, (k * poseSize + i + 1) * width);
        this.pullBack(frames[t].columns[i], frames[t + distance].linear, coefficient, row);
      }
    });
    const product = await this.expression.multiply(rows, near.length * poseSize);
    near.forEach((distance, k) => {
      const block = equations.block(Math.min(t, t + distance), Math.abs(distance) as 0 | 1 | 2);
      for (let i = 0; i < poseSize; i++) {
        for (let e = 0; e < E; e++) {
          const value = product[(k * poseSize + i) * E + e];
          if (distance >= 0) block[i * frameSize + poseSize + e] += value;
          if (distance <= 0) block[(poseSize + e) * frameSize + i] += value;
        }
      }
    });
  }

  private couples(t: number, distance: number): boolean {
    return this.coupling(Math.min(t, t + distance), Math.abs(distance)) !== 0;
  }

  /** `lambda L^T column` of each point, L another frame's linear part. */
  private pullBack(column: Float64Array, linear: Float64Array, coefficient: number, row: Float32Array): void {
    const { pointWeights } = this.term.form;
    for (let n = 0; n < this.set.count; n++) {
      const scale = coefficient * pointWeights[n];
      const [x, y, z] = [column[n * 3] * scale, column[n * 3 + 1] * scale, column[n * 3 + 2] * scale];
      for (let axis = 0; axis < 3; axis++) {
        const l = n * 9 + axis;
        row[n * 3 + axis] = linear[l] * x + linear[l + 3] * y + linear[l + 6] * z;
      }
    }
  }

  /** One part's share of the expression basis at the points, `[E][N, 3]`, times the root of lambda. */
  private partShare(restricted: RestrictedHead, g: number): Float64Array[] {
    const { first, part, vertex, weight, count } = this.set;
    return restricted.deformRows.slice(0, this.layout.expressionSize).map((basis) => {
      const row = new Float64Array(count * 3);
      for (let n = 0; n < count; n++) {
        const root = Math.sqrt(this.term.form.pointWeights[n]);
        for (let i = first[n]; i < first[n + 1]; i++) {
          if (part[i] !== g) continue;
          for (let axis = 0; axis < 3; axis++) {
            row[n * 3 + axis] += root * weight[i] * basis[vertex[i] * 3 + axis];
          }
        }
      }
      return row;
    });
  }

  private async addGrams(shares: Float64Array[][], g: number, h: number, engine: ProductEngine): Promise<void> {
    const [E, N] = [this.layout.expressionSize, this.set.count];
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const plane = (share: Float64Array[], axis: number) =>
          Float32Array.from({ length: E * N }, (_, i) => share[Math.floor(i / N)][(i % N) * 3 + axis]);
        const right = await engine.constant(transposeMatrix(plane(shares[h], b), E, N), N, E);
        const values = Float64Array.from(await right.multiply(plane(shares[g], a), E));
        await right.dispose();
        if (values.some((value) => value !== 0)) this.grams.push({ parts: [g, h], axes: [a, b], values });
      }
    }
  }
}

/** Rotation of each part in the world, `[G, 9]`. */
export function partRotations({ rotation }: PartTransforms, head: Float64Array): Float64Array {
  const turned = new Float64Array(rotation.length);
  for (let i = 0; i < rotation.length; i++) {
    const [g, row, column] = [Math.floor(i / 9), Math.floor((i % 9) / 3), i % 3];
    for (let k = 0; k < 3; k++) turned[i] += head[row * 3 + k] * rotation[g * 9 + k * 3 + column];
  }
  return turned;
}
