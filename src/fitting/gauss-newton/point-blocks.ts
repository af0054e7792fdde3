import { type PointModel } from '../../energies/gauss-newton-form.js';
import { Kernel } from '../../tensor/kernel/kernel.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type FrameState } from './frame-state.js';
import { type Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { dot, pullBack, pullBackHessian, timesHessian } from './point-algebra.js';
import { type PointMotion } from './point-motion.js';
import { type JointRows, RestJointBlocks } from './rest-joint-blocks.js';
import { type RestrictedHead } from './restricted-head.js';
import { type RowPlan } from './row-plan.js';
import { type SharedCurvature } from './shared-curvature.js';
import { type SurfaceSet } from './surface-set.js';

/** Rows of a chunk's frames in the kernel's memory: of its unknowns, then of joints at rest, then of camera unknowns. */
interface ChunkRows {
  address: number;
  frames: number;
}

/**
 * Hessian blocks of the data terms (math.md section 7).
 *
 * Each frame gives rows in the coordinates of the unposed points, one per unknown of the frame and per camera unknown:
 * the mixed second derivatives of that unknown with the points' displacements. One product with the constant bases turns
 * the rows of many frames into blocks, while the next frames' rows are made; only the summed 3 x 3 matrices of all
 * frames are needed for the shape with itself.
 */
export class PointBlocks {
  private readonly layout: Layout;
  private readonly set: SurfaceSet;
  private readonly shared: SharedCurvature;
  private readonly plan: RowPlan;
  private readonly kernel = new Kernel();
  /** `[E, width]` rows of the plan, and the matrices of the frame at hand, `[6, plane]`, in the kernel's memory. */
  private readonly expressionRows: number;
  private readonly matrices: number;
  private expression?: ConstantMatrix;
  /** `[q, width]` rows of the camera unknowns, all frames together. */
  private readonly cameraRows: Float64Array;
  /** Two chunks: one is filled while the other's products are under way. */
  private buffers: number[] = [];
  private chunk: ChunkRows = { address: 0, frames: 0 };
  private added = 0;
  /** What the shape does through the joints. */
  private readonly restJoints?: RestJointBlocks;
  private readonly force: Float64Array;

  constructor(
    restricted: RestrictedHead,
    set: SurfaceSet,
    kinematics: Kinematics,
    shared: SharedCurvature,
    layout: Layout,
    rows: JointRows,
  ) {
    this.layout = layout;
    this.set = set;
    this.shared = shared;
    this.plan = rows.plan;
    const { width, plane } = this.plan;
    if (rows.joints.length > 0) this.restJoints = new RestJointBlocks(set, kinematics, shared, layout, rows);
    this.expressionRows = this.kernel.allocate(layout.expressionSize * width);
    this.matrices = this.kernel.allocate(6 * plane);
    const basis = this.plan.spread(
      set.interpolateRows(restricted.deformRows.slice(0, layout.expressionSize)),
      layout.expressionSize,
    );
    this.kernel.view(this.expressionRows, basis.length).set(basis);
    this.cameraRows = new Float64Array(layout.cameras.count * width);
    this.force = new Float64Array(set.count * 3);
  }

  async prepare(engine: ProductEngine): Promise<void> {
    const { expressionSize: E } = this.layout;
    const { width } = this.plan;
    const basis = this.kernel.view(this.expressionRows, E * width);
    if (E > 0) this.expression = await engine.constant(transposeMatrix(basis, E, width), width, E);
  }

  async dispose(): Promise<void> {
    await this.expression?.dispose();
  }

  /** Rows that one frame needs. */
  private get rowsPerFrame(): number {
    return this.layout.frameSize + (this.restJoints?.count ?? 0) + this.layout.cameras.count;
  }

  /** Bytes of rows that one frame needs. */
  get bytesPerFrame(): number {
    return this.rowsPerFrame * this.plan.width * 4;
  }

  /** Begins a chunk of so many frames; the first is the largest. */
  beginChunk(frames: number): void {
    const size = (this.bytesPerFrame / 4) * frames;
    // Both at once: memory that grows would take the rows from under a product.
    while (this.buffers.length < 2) this.buffers.push(this.kernel.allocate(size));
    const [address, other] = this.buffers;
    this.buffers = [other, address];
    this.chunk = { address, frames };
    this.added = 0;
  }

  /** Adds what needs no product, and writes the rows of the chunk's next frame. */
  addFrame(state: FrameState, motion: PointMotion, model: PointModel, equations: NormalEquations): void {
    const { frameSize, poseSize, expressionSize, cameraStart, cameras } = this.layout;
    const { force, plan, restJoints, kernel } = this;
    const { width, plane } = plan;
    const { address, frames } = this.chunk;
    const k = this.added++;
    const addressOf = (row: number) => address + row * width * 4;
    const view = (row: number) => kernel.view(addressOf(row), width);
    const block = equations.block(state.frame);
    const border = equations.borderOf(state.frame);
    const { columns, ranges, linear } = motion;
    restJoints?.beginFrame(state);
    columns.forEach((column, i) => {
      const range = ranges[i];
      timesHessian(model.hessian, column, force, range);
      for (let j = 0; j <= i; j++) {
        const value = dot(force, columns[j], range, ranges[j]);
        block[i * frameSize + j] += value;
        if (j < i) block[j * frameSize + i] += value;
      }
      model.cameraCross.forEach((cross, q) => {
        border[i * equations.s + cameraStart + q] += dot(cross, column, range);
      });
      const row = view(k * frameSize + i);
      pullBack(force, linear, row, plan, range);
      restJoints?.couple(force, range, row);
    });
    const local = kernel.view(this.matrices, 6 * plane);
    pullBackHessian(model.hessian, linear, local, plane);
    const firstRow = addressOf(k * frameSize + poseSize);
    kernel.run.matrixRows(plane, expressionSize, this.matrices, this.expressionRows, width * 4, firstRow, width * 4);
    const m = restJoints?.count ?? 0;
    restJoints?.addFrame(motion, model, (joint) => view(frames * frameSize + k * m + joint));
    model.cameraCross.forEach((cross, q) => {
      const row = view(frames * (frameSize + m) + k * cameras.count + q);
      pullBack(cross, linear, row, plan, { start: 0, end: this.set.count });
      for (let i = 0; i < plan.extra; i++) this.cameraRows[q * width + i] += row[i];
    });
    this.shared.addHessian(local);
  }

  /** Turns the rows of the chunk, which began at frame `from`, into blocks, while the next one may begin. */
  async endChunk(from: number, equations: NormalEquations): Promise<void> {
    const { layout, plan, kernel } = this;
    const { address, frames } = this.chunk;
    const { frameSize: n, shapeSize: S } = layout;
    const rows = kernel.view(address, frames * this.rowsPerFrame * plan.width);
    if (this.expression) {
      const product = await this.expression.multiply(rows, frames * this.rowsPerFrame);
      this.addExpression(product, rows, from, frames, equations);
    }
    const product = await this.shared.shapeProduct(rows, frames * n);
    for (let k = 0; k < frames; k++) {
      const border = equations.borderOf(from + k);
      for (let i = 0; i < n; i++) {
        const [to, source] = [i * equations.s, (k * n + i) * S];
        for (let s = 0; s < S; s++) border[to + s] += product[source + s];
        this.shared.addOffsets(rows, (k * n + i) * plan.width, (column, value) => {
          border[to + S + column] += value;
        });
      }
    }
  }

  /** Adds the products of all rows with the expression basis; those of joints become their coordinates of its rows. */
  private addExpression(
    product: Float32Array,
    rows: Float32Array,
    from: number,
    frames: number,
    equations: NormalEquations,
  ): void {
    const { frameSize: n, poseSize, expressionSize: E, cameraStart, cameras } = this.layout;
    const { width, extra } = this.plan;
    const m = this.restJoints?.count ?? 0;
    for (let k = 0; k < frames; k++) {
      const block = equations.block(from + k);
      const border = equations.borderOf(from + k);
      for (let i = 0; i < n; i++) {
        for (let e = 0; e < E; e++) {
          const value = product[(k * n + i) * E + e];
          block[i * n + poseSize + e] += value;
          if (i < poseSize) block[(poseSize + e) * n + i] += value;
        }
      }
      for (let e = 0; e < E; e++) {
        for (let joint = 0; joint < m; joint++) {
          rows[(k * n + poseSize + e) * width + extra + joint] = product[(frames * n + k * m + joint) * E + e];
        }
        for (let q = 0; q < cameras.count; q++) {
          const value = product[(frames * (n + m) + k * cameras.count + q) * E + e];
          border[(poseSize + e) * equations.s + cameraStart + q] += value;
        }
      }
    }
  }

  /** Adds the blocks of shape, offsets and cameras with each other, and forgets the sums. */
  async addShared(equations: NormalEquations): Promise<void> {
    const { cameraStart, cameras, shapeSize, sharedSize } = this.layout;
    const { width } = this.plan;
    await this.shared.addTo(equations);
    await this.restJoints?.addShared(equations);
    const rows = Float32Array.from(this.cameraRows);
    const product = await this.shared.shapeProduct(rows, cameras.count);
    const add = (q: number, column: number, value: number) => {
      equations.shared[(cameraStart + q) * sharedSize + column] += value;
      equations.shared[column * sharedSize + cameraStart + q] += value;
    };
    for (let q = 0; q < cameras.count; q++) {
      for (let s = 0; s < shapeSize; s++) add(q, s, product[q * shapeSize + s]);
      this.shared.addOffsets(rows, q * width, (column, value) => add(q, shapeSize + column, value));
    }
    this.cameraRows.fill(0);
  }
}
