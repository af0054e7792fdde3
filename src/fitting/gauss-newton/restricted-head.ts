import { type HeadModel } from '../../flame/head-model.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { transposeMatrix } from '../../tensor/transpose.js';
import { type ConstantMatrix, type ProductEngine } from '../../tensor/product-engine.js';
import { type FitParameters } from '../parameters.js';
import { type Kinematics } from './kinematics.js';
import { pointCorners } from './surface-set.js';

/**
 * The head model restricted to the vertices that some term looks at, in the order of their first use; n vertices.
 *
 * What deforms them within a frame is one matrix: E expression rows, then nine correctives of each moving joint.
 */
export class RestrictedHead {
  /** `[n]`. */
  readonly vertexIds: Int32Array;
  /** `[V]` place of each vertex in the list, -1 where it is left out. */
  readonly slots: Int32Array;
  /** `[S][n, 3]` metres for coefficient 1. */
  readonly shapeRows: Float32Array[];
  /** `[E + 9 m][n, 3]`. */
  readonly deformRows: Float32Array[];
  private readonly head: HeadModel;
  private readonly kinematics: Kinematics;
  private readonly template: Float32Array;
  /** For each part the vertices that its joint is regressed from, and their weights. */
  private readonly regressors: { vertices: number[]; weights: number[] }[];
  /** `[S][G, 3]` how the parts' joints move with the shape, and `[G, 3]` where they are without. */
  readonly jointRows: Float64Array[];
  private readonly jointTemplate: Float64Array;
  private deform?: ConstantMatrix;
  private deformTransposed?: ConstantMatrix;

  constructor(head: HeadModel, points: SurfacePoints[], kinematics: Kinematics) {
    this.head = head;
    this.kinematics = kinematics;
    this.slots = new Int32Array(head.vertexCount).fill(-1);
    const ids: number[] = [];
    for (const { vertices } of pointCorners(head, points)) {
      for (const v of vertices) if (this.slots[v] < 0) this.slots[v] = ids.push(v) - 1;
    }
    this.vertexIds = Int32Array.from(ids);
    this.template = this.pick(head.template, 0);
    const rowsOf = (basis: Float32Array, count: number) => Array.from({ length: count }, (_, k) => this.pick(basis, k));
    this.shapeRows = rowsOf(head.shape.basis, head.shape.count);
    const correctives = head.poseBasis
      ? kinematics.joints.slice(1).flatMap((j) => indices(9).map((k) => this.pick(head.poseBasis!, (j - 1) * 9 + k)))
      : kinematics.joints.slice(1).flatMap(() => indices(9).map(() => new Float32Array(ids.length * 3)));
    this.deformRows = [...rowsOf(head.expression.basis, head.expression.count), ...correctives];
    this.regressors = kinematics.joints.map((j) => {
      const row = head.jointRegressor.subarray(j * head.vertexCount, (j + 1) * head.vertexCount);
      const vertices = Array.from(row.keys()).filter((v) => row[v] !== 0);
      return { vertices, weights: vertices.map((v) => row[v]) };
    });
    this.jointTemplate = this.regress(head.template, 0);
    this.jointRows = indices(head.shape.count).map((k) => this.regress(head.shape.basis, k));
  }

  /** Hands the constant matrices to the engine. */
  async prepare(engine: ProductEngine): Promise<void> {
    const [rows, width] = [this.deformRows.length, this.vertexIds.length * 3];
    const matrix = new Float32Array(rows * width);
    this.deformRows.forEach((row, k) => matrix.set(row, k * width));
    this.deform = await engine.constant(matrix, rows, width);
    this.deformTransposed = await engine.constant(transposeMatrix(matrix, rows, width), width, rows);
  }

  async dispose(): Promise<void> {
    await this.deform?.dispose();
    await this.deformTransposed?.dispose();
  }

  /** The listed vertices of `template + shape + offsets`, `[n, 3]` metres. */
  neutral({ shape, offsets }: FitParameters): Float64Array {
    const vertices = new Float64Array(this.template);
    this.shapeRows.forEach((row, k) => {
      const coefficient = shape[k];
      if (coefficient === 0) return;
      for (let i = 0; i < row.length; i++) vertices[i] += coefficient * row[i];
    });
    this.vertexIds.forEach((v, i) => {
      for (let axis = 0; axis < 3; axis++) vertices[i * 3 + axis] += offsets[v * 3 + axis];
    });
    return vertices;
  }

  /** The joints of the moving parts at rest, `[G, 3]` metres. */
  restJoints({ shape, offsets }: FitParameters): Float64Array {
    const rest = this.regress(offsets, 0);
    for (let i = 0; i < rest.length; i++) {
      rest[i] += this.jointTemplate[i];
      for (let k = 0; k < shape.length; k++) rest[i] += shape[k] * this.jointRows[k][i];
    }
    return rest;
  }

  /** Displacements of the listed vertices by expression and correctives: `[frames, E + 9 m]` to `[frames, 3 n]`. */
  displacements(coefficients: Float32Array, frames: number): Promise<Float32Array> {
    return this.deform!.multiply(coefficients, frames);
  }

  /** The gradient on the vertices `[frames, 3 n]` carried back to the coefficients `[frames, E + 9 m]`. */
  coefficientGradients(onVertices: Float32Array, frames: number): Promise<Float32Array> {
    return this.deformTransposed!.multiply(onVertices, frames);
  }

  /** Adds the gradient on vertices `[n, 3]` and rest joints `[G, 3]` to that of the shape `[S]`. */
  addShapeGradient(onVertices: Float64Array, onJoints: Float64Array, gradient: Float64Array): void {
    this.shapeRows.forEach((row, k) => {
      let sum = 0;
      for (let i = 0; i < row.length; i++) sum += onVertices[i] * row[i];
      for (let i = 0; i < onJoints.length; i++) sum += onJoints[i] * this.jointRows[k][i];
      gradient[k] += sum;
    });
  }

  /** Adds the same to that of the offsets `[M, 3]` of some vertices. */
  addOffsetGradient(
    onVertices: Float64Array,
    onJoints: Float64Array,
    vertices: Int32Array,
    gradient: Float64Array,
  ): void {
    const { jointRegressor, vertexCount } = this.head;
    vertices.forEach((v, m) => {
      for (let axis = 0; axis < 3; axis++) {
        if (this.slots[v] >= 0) gradient[m * 3 + axis] += onVertices[this.slots[v] * 3 + axis];
        this.kinematics.joints.forEach((j, g) => {
          gradient[m * 3 + axis] += jointRegressor[j * vertexCount + v] * onJoints[g * 3 + axis];
        });
      }
    });
  }

  private pick(meshes: Float32Array, k: number): Float32Array {
    const row = new Float32Array(this.vertexIds.length * 3);
    const start = k * this.head.vertexCount * 3;
    for (let i = 0; i < this.vertexIds.length; i++) {
      const from = start + this.vertexIds[i] * 3;
      row[i * 3] = meshes[from];
      row[i * 3 + 1] = meshes[from + 1];
      row[i * 3 + 2] = meshes[from + 2];
    }
    return row;
  }

  private regress(meshes: ArrayLike<number>, k: number): Float64Array {
    const start = k * this.head.vertexCount * 3;
    const joints = new Float64Array(this.regressors.length * 3);
    this.regressors.forEach(({ vertices, weights }, g) => {
      for (let i = 0; i < vertices.length; i++) {
        const from = start + vertices[i] * 3;
        joints[g * 3] += weights[i] * meshes[from];
        joints[g * 3 + 1] += weights[i] * meshes[from + 1];
        joints[g * 3 + 2] += weights[i] * meshes[from + 2];
      }
    });
    return joints;
  }
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}
