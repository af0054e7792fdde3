import { type PointModel } from '../../energies/gauss-newton-form.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type PointMotion, type PointRange } from './point-motion.js';
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
  private readonly force: Float64Array;
  private readonly local: Float64Array;

  constructor(restricted: RestrictedHead, set: SurfaceSet, shared: SharedCurvature, layout: Layout) {
    this.layout = layout;
    this.set = set;
    this.shared = shared;
    this.expressionRows = set.interpolateRows(restricted.deformRows.slice(0, layout.expressionSize));
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
  addFrame(t: number, motion: PointMotion, model: PointModel, equations: NormalEquations): void {
    const { frameSize, poseSize, expressionSize, cameraStart, cameras } = this.layout;
    const { force, local, rows: buffer } = this;
    const width = this.set.count * 3;
    const k = this.added++;
    const row = (i: number) => buffer.subarray((k * frameSize + i) * width, (k * frameSize + i + 1) * width);
    const block = equations.block(t);
    const border = equations.borderOf(t);
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
  }

  /** Turns the rows of the chunk, which began at frame `from`, into blocks. */
  async endChunk(from: number, equations: NormalEquations): Promise<void> {
    const { rows: buffer, chunkSize: frames } = this;
    const { frameSize: n, poseSize, expressionSize: E, shapeSize, cameraStart, cameras } = this.layout;
    const width = this.set.count * 3;
    const frameRows = buffer.subarray(0, frames * n * width);
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

/** `force_n = H_n column_n` of each point of a range; `H [N, 6]`. */
function timesHessian(H: Float64Array, column: Float64Array, force: Float64Array, { start, end }: PointRange): void {
  for (let n = start * 6, i = start * 3; i < end * 3; n += 6, i += 3) {
    const x = column[i];
    const y = column[i + 1];
    const z = column[i + 2];
    force[i] = H[n] * x + H[n + 1] * y + H[n + 2] * z;
    force[i + 1] = H[n + 1] * x + H[n + 3] * y + H[n + 4] * z;
    force[i + 2] = H[n + 2] * x + H[n + 4] * y + H[n + 5] * z;
  }
}

/** Sum over the points that two ranges share. */
function dot(a: Float64Array, b: Float64Array, range: PointRange, other: PointRange = range): number {
  const end = Math.min(range.end, other.end) * 3;
  let sum = 0;
  for (let i = Math.max(range.start, other.start) * 3; i < end; i++) sum += a[i] * b[i];
  return sum;
}

/** `L_n^T force_n` of each point of a range, zero elsewhere; `L [N, 9]`. */
function pullBack(force: Float64Array, L: Float64Array, row: Float32Array, { start, end }: PointRange): void {
  row.fill(0, 0, start * 3);
  row.fill(0, end * 3);
  for (let n = start * 9, i = start * 3; i < end * 3; n += 9, i += 3) {
    const x = force[i];
    const y = force[i + 1];
    const z = force[i + 2];
    row[i] = L[n] * x + L[n + 3] * y + L[n + 6] * z;
    row[i + 1] = L[n + 1] * x + L[n + 4] * y + L[n + 7] * z;
    row[i + 2] = L[n + 2] * x + L[n + 5] * y + L[n + 8] * z;
  }
}

/** `L_n^T H_n L_n` of each point, `[N, 6]`: the matrix in the coordinates of the unposed point. */
function pullBackHessian(H: Float64Array, L: Float64Array, local: Float64Array): void {
  for (let n = 0, l = 0; n < H.length; n += 6, l += 9) {
    const [xx, xy, xz, yy, yz, zz] = [H[n], H[n + 1], H[n + 2], H[n + 3], H[n + 4], H[n + 5]];
    const [a, b, c] = [L[l], L[l + 3], L[l + 6]];
    const [d, e, f] = [L[l + 1], L[l + 4], L[l + 7]];
    const [g, h, i] = [L[l + 2], L[l + 5], L[l + 8]];
    const ax = xx * a + xy * b + xz * c;
    const ay = xy * a + yy * b + yz * c;
    const az = xz * a + yz * b + zz * c;
    const dx = xx * d + xy * e + xz * f;
    const dy = xy * d + yy * e + yz * f;
    const dz = xz * d + yz * e + zz * f;
    local[n] = a * ax + b * ay + c * az;
    local[n + 1] = d * ax + e * ay + f * az;
    local[n + 2] = g * ax + h * ay + i * az;
    local[n + 3] = d * dx + e * dy + f * dz;
    local[n + 4] = g * dx + h * dy + i * dz;
    local[n + 5] = g * (xx * g + xy * h + xz * i) + h * (xy * g + yy * h + yz * i) + i * (xz * g + yz * h + zz * i);
  }
}

/** `H_n basis_n` of each point for one row of a basis. */
function timesLocal(H: Float64Array, basis: Float32Array, start: number, row: Float32Array): void {
  for (let n = 0, i = 0, b = start; i < row.length; n += 6, i += 3, b += 3) {
    const x = basis[b];
    const y = basis[b + 1];
    const z = basis[b + 2];
    row[i] = H[n] * x + H[n + 1] * y + H[n + 2] * z;
    row[i + 1] = H[n + 1] * x + H[n + 3] * y + H[n + 4] * z;
    row[i + 2] = H[n + 2] * x + H[n + 4] * y + H[n + 5] * z;
  }
}
