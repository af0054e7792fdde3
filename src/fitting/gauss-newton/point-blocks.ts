import { type PointModel } from '../../energies/gauss-newton-form.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type FrameState } from './frame-state.js';
import { type Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { dot, pullBack, pullBackHessian, timesHessian, timesLocal } from './point-algebra.js';
import { type PointMotion } from './point-motion.js';
import { RestJointBlocks } from './rest-joint-blocks.js';
import { type RestrictedHead } from './restricted-head.js';
import { SharedCurvature } from './shared-curvature.js';
import { type SurfaceSet } from './surface-set.js';

/**
 * Hessian blocks of the data terms (math.md section 7).
 *
 * Each frame gives rows `[3 N]` in the coordinates of the unposed points, one per unknown of the frame and per camera
 * unknown: the mixed second derivatives of that unknown with the points' displacements. One product with the constant
 * bases turns the rows of many frames into blocks; only the summed 3 x 3 matrices of all frames are needed for the
 * shape with itself.
 */
export class PointBlocks {
  private readonly layout: Layout;
  private readonly set: SurfaceSet;
  private readonly shared: SharedCurvature;
  /** `[E, 3 N]`. */
  private readonly expressionRows: Float32Array;
  private expression?: ConstantMatrix;
  /** `[q, 3 N]` rows of the camera unknowns, all frames together. */
  private readonly cameraRows: Float64Array;
  /** Rows of the chunk's frames: `[frames, n, 3 N]`, then `[frames, q, 3 N]`. */
  private rows = new Float32Array(0);
  private chunkSize = 0;
  private added = 0;
  /** What the shape does through the joints. */
  private readonly restJoints?: RestJointBlocks;
  private readonly force: Float64Array;
  private readonly local: Float64Array;

  constructor(
    restricted: RestrictedHead,
    set: SurfaceSet,
    kinematics: Kinematics,
    shared: SharedCurvature,
    layout: Layout,
  ) {
    this.layout = layout;
    this.set = set;
    this.shared = shared;
    this.expressionRows = set.interpolateRows(restricted.deformRows.slice(0, layout.expressionSize));
    const jointsMove = layout.shapeSize > 0 && kinematics.correctiveCount > 0;
    if (jointsMove) this.restJoints = new RestJointBlocks(restricted, set, kinematics, shared, layout);
    this.cameraRows = new Float64Array(layout.cameras.count * set.count * 3);
    this.force = new Float64Array(set.count * 3);
    this.local = new Float64Array(set.count * 6);
  }

  async prepare(engine: ProductEngine): Promise<void> {
    const { expressionSize: E } = this.layout;
    const width = this.set.count * 3;
    if (E > 0) this.expression = await engine.constant(transposeMatrix(this.expressionRows, E, width), width, E);
  }

  async dispose(): Promise<void> {
    await this.expression?.dispose();
  }

  /** Bytes of rows that one frame needs. */
  get bytesPerFrame(): number {
    return (this.layout.frameSize + this.layout.cameras.count) * this.set.count * 3 * 4;
  }

  /** Begins a chunk of so many frames. */
  beginChunk(frames: number): void {
    const size = (this.bytesPerFrame / 4) * frames;
    if (this.rows.length < size) this.rows = new Float32Array(size);
    this.chunkSize = frames;
    this.added = 0;
  }

  /** Adds what needs no product, and writes the rows of the chunk's next frame. */
  addFrame(state: FrameState, motion: PointMotion, model: PointModel, equations: NormalEquations): void {
    const { frameSize, poseSize, expressionSize, cameraStart, cameras } = this.layout;
    const { force, local, rows: buffer } = this;
    const width = this.set.count * 3;
    const k = this.added++;
    const row = (i: number) => buffer.subarray((k * frameSize + i) * width, (k * frameSize + i + 1) * width);
    const block = equations.block(state.frame);
    const border = equations.borderOf(state.frame);
    const { columns, ranges } = motion;
    columns.forEach((column, i) => {
      const range = ranges[i];
      timesHessian(model.hessian, column, force, range);
      for (let j = 0; j <= i; j++) {
        const value = dot(force, columns[j], range, ranges[j]);
        block[i * frameSize + j] += value;
        if (j < i) block[j * frameSize + i] += value;
      }
      model.cameraCross.forEach((cross, q) => {
        border[(cameraStart + q) * frameSize + i] += dot(cross, column, range);
      });
      pullBack(force, motion.linear, row(i), range);
    });
    pullBackHessian(model.hessian, motion.linear, local);
    for (let e = 0; e < expressionSize; e++) {
      timesLocal(local, this.expressionRows, e * width, row(poseSize + e));
    }
    const afterFrames = this.chunkSize * frameSize * width;
    model.cameraCross.forEach((cross, q) => {
      const at = afterFrames + (k * cameras.count + q) * width;
      const cameraRow = buffer.subarray(at, at + width);
      pullBack(cross, motion.linear, cameraRow, { start: 0, end: this.set.count });
      for (let i = 0; i < width; i++) this.cameraRows[q * width + i] += cameraRow[i];
    });
    this.shared.addHessian(local);
    this.restJoints?.addFrame(state, motion, model, equations);
  }

  /** Turns the rows of the chunk, which began at frame `from`, into blocks. */
  async endChunk(from: number, equations: NormalEquations): Promise<void> {
    const { rows: buffer, chunkSize: frames } = this;
    const { frameSize: n, poseSize, expressionSize: E, shapeSize, cameraStart, cameras } = this.layout;
    const width = this.set.count * 3;
    const frameRows = buffer.subarray(0, frames * n * width);
    await this.restJoints?.endChunk(equations, async (rows, count) =>
      this.expression ? this.expression.multiply(rows, count) : new Float32Array(0),
    );
    if (this.expression) {
      const product = await this.expression.multiply(buffer, frames * (n + cameras.count));
      for (let k = 0; k < frames; k++) {
        const block = equations.block(from + k);
        for (let i = 0; i < n; i++) {
          for (let e = 0; e < E; e++) {
            const value = product[(k * n + i) * E + e];
            block[i * n + poseSize + e] += value;
            if (i < poseSize) block[(poseSize + e) * n + i] += value;
          }
        }
        const border = equations.borderOf(from + k);
        for (let q = 0; q < cameras.count; q++) {
          for (let e = 0; e < E; e++) {
            border[(cameraStart + q) * n + poseSize + e] += product[(frames * n + k * cameras.count + q) * E + e];
          }
        }
      }
    }
    const product = await this.shared.shapeProduct(frameRows, frames * n);
    for (let k = 0; k < frames; k++) {
      const border = equations.borderOf(from + k);
      for (let i = 0; i < n; i++) {
        for (let s = 0; s < shapeSize; s++) border[s * n + i] += product[(k * n + i) * shapeSize + s];
        this.shared.addOffsets(frameRows, (k * n + i) * width, (column, value) => {
          border[(shapeSize + column) * n + i] += value;
        });
      }
    }
  }

  /** Adds the blocks of shape, offsets and cameras with each other, and forgets the sums. */
  async addShared(equations: NormalEquations): Promise<void> {
    const { cameraStart, cameras, shapeSize, sharedSize } = this.layout;
    const width = this.set.count * 3;
    await this.shared.addTo(equations);
    this.restJoints?.addShared(equations);
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
