import { type AccelerationForm } from '../../energies/gauss-newton-form.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { AccelerationGram, type FramePair } from './acceleration-gram.js';
import { type Weighted } from './form-terms.js';
import { type FrameState } from './frame-state.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type PointMotion, type PointRange } from './point-motion.js';
import { type RestrictedHead } from './restricted-head.js';
import { type SurfaceSet, turnParts } from './surface-set.js';

/** Points that the Hessian of an acceleration is measured on; its gradient takes them all. */
const hessianPoints = 128;

/** Blocks of expressions that one product makes. */
const pairsAtOnce = 512;

/** What one frame contributes to the blocks. */
interface AccelerationFrame {
  /** For each unknown of head pose and joints `[N, 3]`, world frame. */
  columns: Float64Array[];
  /** Where each column is not zero. */
  ranges: PointRange[];
  /** `[N, 9]` from displacements of unposed points to the world. */
  linear: Float64Array;
  /** `[G, 9]` rotation of each part, world frame. */
  partRotations: Float64Array;
}

/** Every k-th of a term's points, so that not too many are left, with their weights scaled up. */
export function thinnedPoints({ points, pointWeights }: AccelerationForm) {
  const count = points.faces.length;
  const step = Math.max(1, Math.floor(count / hessianPoints));
  const kept = Array.from({ length: Math.ceil(count / step) }, (_, k) => k * step);
  const thinned: SurfacePoints = {
    faces: Int32Array.from(kept, (n) => points.faces[n]),
    barycentric: Float32Array.from(kept.flatMap((n) => [0, 1, 2].map((k) => points.barycentric[n * 3 + k]))),
  };
  const all = pointWeights.reduce((sum, weight) => sum + weight, 0);
  const some = kept.reduce((sum, n) => sum + pointWeights[n], 0);
  return { points: thinned, weights: Float32Array.from(kept, (n) => (pointWeights[n] * all) / some) };
}

/**
 * Hessian blocks of an acceleration term between frames t, t + 1 and t + 2 (math.md section 7).
 *
 * Expression with expression comes from Gram matrices; pose with expression is a product of few rows. How the shape
 * moves the accelerations is left to the gradient: it does so only as the head turns.
 */
export class AccelerationBlocks {
  private readonly term: Weighted<AccelerationForm>;
  private readonly layout: Layout;
  private readonly set: SurfaceSet;
  /** `[N]` lambda. */
  private readonly weights: Float32Array;
  private readonly frames: AccelerationFrame[] = [];
  /** Rows of one frame's product. */
  private rows?: Float32Array;
  private gram?: AccelerationGram;
  private expression?: ConstantMatrix;

  constructor(term: Weighted<AccelerationForm>, set: SurfaceSet, weights: Float32Array, layout: Layout) {
    this.term = term;
    this.set = set;
    this.weights = weights;
    this.layout = layout;
  }

  async prepare(restricted: RestrictedHead, engine: ProductEngine): Promise<void> {
    const E = this.layout.expressionSize;
    if (E === 0) return;
    const width = this.set.count * 3;
    const rows = this.set.interpolateRows(restricted.deformRows.slice(0, E));
    this.expression = await engine.constant(transposeMatrix(rows, E, width), width, E);
    this.gram = await AccelerationGram.create(restricted, this.set, this.weights, E, engine);
  }

  async dispose(): Promise<void> {
    await this.expression?.dispose();
    await this.gram?.dispose();
  }

  /** Takes in how the points move in one frame; frames in order. */
  addFrame({ parts, rotation }: FrameState, { columns, ranges, linear }: PointMotion): void {
    this.frames.push({
      columns: columns.map((column) => column.slice()),
      ranges,
      linear: linear.slice(),
      partRotations: turnParts(parts.rotation, rotation),
    });
  }

  /** Adds all blocks to the band, and forgets the frames. */
  async addBlocks(equations: NormalEquations): Promise<void> {
    const { frameSize, poseSize } = this.layout;
    const { frames } = this;
    const pairs: FramePair[] = [];
    for (let t = 0; t < frames.length; t++) {
      for (const distance of [0, 1, 2] as const) {
        const coefficient = t + distance < frames.length ? this.coupling(t, distance) : 0;
        if (coefficient === 0) continue;
        const [from, to] = [frames[t], frames[t + distance]];
        const block = equations.block(t, distance);
        this.addPosePose(from, to, coefficient, block);
        pairs.push({ from: from.partRotations, to: to.partRotations, coefficient, block });
      }
      if (this.expression && poseSize > 0) await this.addPoseExpression(this.expression, t, equations);
    }
    for (let k = 0; k < pairs.length && this.gram; k += pairsAtOnce) {
      await this.gram.addTo(pairs.slice(k, k + pairsAtOnce), poseSize * frameSize + poseSize, frameSize);
    }
    frames.length = 0;
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
    const weighted = new Float64Array(this.set.count * 3);
    const { ranges } = from;
    for (let i = 0; i < poseSize; i++) {
      const left = from.columns[i];
      for (let n = ranges[i].start; n < ranges[i].end; n++) {
        const scale = coefficient * this.weights[n];
        for (let k = n * 3; k < n * 3 + 3; k++) weighted[k] = scale * left[k];
      }
      for (let j = from === to ? i : 0; j < poseSize; j++) {
        const right = to.columns[j];
        const end = Math.min(ranges[i].end, ranges[j].end) * 3;
        let sum = 0;
        for (let k = Math.max(ranges[i].start, ranges[j].start) * 3; k < end; k++) sum += weighted[k] * right[k];
        block[i * frameSize + j] += sum;
        if (from === to && j > i) block[j * frameSize + i] += sum;
      }
    }
  }

  /** Pose of frame t with the expressions of t - 2 to t + 2: one product of five times poseSize rows. */
  private async addPoseExpression(expression: ConstantMatrix, t: number, equations: NormalEquations): Promise<void> {
    const { frameSize, poseSize, expressionSize: E } = this.layout;
    const { frames } = this;
    const width = this.set.count * 3;
    const near = [-2, -1, 0, 1, 2]
      .filter((distance) => t + distance >= 0 && t + distance < frames.length)
      .map((distance) => ({ distance, first: Math.min(t, t + distance) }))
      .map((pair) => ({ ...pair, coefficient: this.coupling(pair.first, Math.abs(pair.distance)) }))
      .filter(({ coefficient }) => coefficient !== 0);
    const rows = (this.rows ??= new Float32Array(5 * poseSize * width));
    near.forEach(({ distance, coefficient }, k) => {
      for (let i = 0; i < poseSize; i++) {
        const row = rows.subarray((k * poseSize + i) * width, (k * poseSize + i + 1) * width);
        row.fill(0);
        this.pullBack(frames[t].columns[i], frames[t].ranges[i], frames[t + distance].linear, coefficient, row);
      }
    });
    if (near.length === 0) return;
    const product = await expression.multiply(rows, near.length * poseSize);
    near.forEach(({ distance, first }, k) => {
      const block = equations.block(first, Math.abs(distance) as 0 | 1 | 2);
      for (let i = 0; i < poseSize; i++) {
        for (let e = 0; e < E; e++) {
          const value = product[(k * poseSize + i) * E + e];
          if (distance >= 0) block[i * frameSize + poseSize + e] += value;
          if (distance <= 0) block[(poseSize + e) * frameSize + i] += value;
        }
      }
    });
  }

  /** `lambda L^T column` of each point, L another frame's linear part. */
  private pullBack(
    column: Float64Array,
    { start, end }: PointRange,
    L: Float64Array,
    coefficient: number,
    row: Float32Array,
  ): void {
    for (let n = start, i = start * 3, l = start * 9; n < end; n++, i += 3, l += 9) {
      const scale = coefficient * this.weights[n];
      const [x, y, z] = [column[i] * scale, column[i + 1] * scale, column[i + 2] * scale];
      row[i] = L[l] * x + L[l + 3] * y + L[l + 6] * z;
      row[i + 1] = L[l + 1] * x + L[l + 4] * y + L[l + 7] * z;
      row[i + 2] = L[l + 2] * x + L[l + 5] * y + L[l + 8] * z;
    }
  }
}
