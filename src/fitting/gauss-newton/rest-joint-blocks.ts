import { type PointModel } from '../../energies/gauss-newton-form.js';
import { type FrameState } from './frame-state.js';
import { type Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { dot, pullBack, timesHessian } from './point-algebra.js';
import { type PointMotion, type PointRange } from './point-motion.js';
import { type RestrictedHead } from './restricted-head.js';
import { type SharedCurvature } from './shared-curvature.js';
import { type SurfaceSet } from './surface-set.js';

/** What multiplies rows `[rows, 3 N]` with the expression basis: `[rows, E]`. */
export type ExpressionProduct = (rows: Float32Array, count: number) => Promise<Float32Array>;

/**
 * Hessian blocks of what the shape does through the joints: it moves them at rest, and a part that is turned about its
 * joint by A follows with `(1 - A)` of that.
 *
 * The moves of the parts' joints, `[3 m]` unknowns of each frame, have blocks as the frame's own unknowns have; the joint
 * regressor then makes them the shape's.
 */
export class RestJointBlocks {
  private readonly layout: Layout;
  private readonly kinematics: Kinematics;
  private readonly shared: SharedCurvature;
  /** `[3 m, S]` how the joints of the moving parts but the root follow the shape, metres. */
  private readonly joints: Float64Array[];
  /** For each of those parts `[N]` how much of a point it carries, and where. */
  private readonly carried: { share: Float64Array; range: PointRange }[];
  /** `[3 m][N, 3]` how the points follow in the frame at hand. */
  private readonly columns: Float64Array[];
  private readonly force: Float64Array;
  /** The chunk's frames and their rows `[frames, 3 m, 3 N]`. */
  private readonly chunk: number[] = [];
  private rows = new Float32Array(0);
  /** Sums over all frames: `[3 m, 3 m]`, and with shape `[3 m, S]`, offsets `[3 m, 3 M]` and cameras `[3 m, q]`. */
  private readonly own: Float64Array[];
  private readonly withShape: Float64Array[];
  private readonly withOffsets: Float64Array[];
  private readonly withCameras: Float64Array[];

  constructor(
    restricted: RestrictedHead,
    set: SurfaceSet,
    kinematics: Kinematics,
    shared: SharedCurvature,
    layout: Layout,
  ) {
    this.layout = layout;
    this.kinematics = kinematics;
    this.shared = shared;
    const parts = Array.from({ length: kinematics.parents.length - 1 }, (_, k) => k + 1);
    this.joints = parts.flatMap((g) =>
      [0, 1, 2].map((axis) => Float64Array.from(restricted.jointRows, (row) => row[g * 3 + axis])),
    );
    this.carried = parts.map((g) => carriedBy(g, set, kinematics));
    const each = (length: number) => this.joints.map(() => new Float64Array(length));
    this.columns = each(set.count * 3);
    this.force = new Float64Array(set.count * 3);
    this.own = each(this.joints.length);
    this.withShape = each(layout.shapeSize);
    this.withOffsets = each(layout.offsetVertices.length * 3);
    this.withCameras = each(layout.cameras.count);
  }

  /** Adds what needs no product, and keeps the frame's rows; the motion is that of the frame. */
  addFrame(state: FrameState, motion: PointMotion, model: PointModel, equations: NormalEquations): void {
    const { columns, force } = this;
    const width = force.length;
    this.follow(state);
    this.chunk.push(state.frame);
    this.makeRoom();
    const first = (this.chunk.length - 1) * columns.length;
    columns.forEach((column, k) => {
      const { range } = this.carried[Math.floor(k / 3)];
      force.fill(0);
      timesHessian(model.hessian, column, force, range);
      const values = motion.columns.map((other, i) => dot(force, other, range, motion.ranges[i]));
      this.addToBorder(equations, state.frame, k, values, 0);
      columns.forEach(
        (other, l) => (this.own[k][l] += dot(force, other, range, this.carried[Math.floor(l / 3)].range)),
      );
      model.cameraCross.forEach((cross, q) => (this.withCameras[k][q] += dot(cross, column, range)));
      pullBack(force, motion.linear, this.rows.subarray((first + k) * width, (first + k + 1) * width), range);
    });
  }

  /** Turns the rows of the chunk into blocks. */
  async endChunk(equations: NormalEquations, expressionProduct: ExpressionProduct): Promise<void> {
    const { chunk, rows, layout } = this;
    const { expressionSize: E, shapeSize: S, poseSize } = layout;
    const m = this.columns.length;
    const withExpression = await expressionProduct(rows, chunk.length * m);
    const withShape = await this.shared.shapeProduct(rows, chunk.length * m);
    for (let r = 0; r < chunk.length * m; r++) {
      const k = r % m;
      const values = Array.from(withExpression.subarray(r * E, (r + 1) * E));
      this.addToBorder(equations, chunk[Math.floor(r / m)], k, values, poseSize);
      for (let s = 0; s < S; s++) this.withShape[k][s] += withShape[r * S + s];
      this.shared.addOffsets(rows, r * this.force.length, (column, value) => (this.withOffsets[k][column] += value));
    }
    chunk.length = 0;
  }

  /** Adds the blocks of the shape with all that is shared, and forgets the sums. */
  addShared({ shared, s: size }: NormalEquations): void {
    const { shapeSize: S, cameraStart } = this.layout;
    this.joints.forEach((joint, k) => {
      for (let s = 0; s < S; s++) {
        if (joint[s] === 0) continue;
        const both = (column: number, value: number) => {
          shared[s * size + column] += joint[s] * value;
          shared[column * size + s] += joint[s] * value;
        };
        this.withShape[k].forEach((value, other) => both(other, value));
        this.withOffsets[k].forEach((value, column) => both(S + column, value));
        this.withCameras[k].forEach((value, q) => both(cameraStart + q, value));
        this.joints.forEach((right, l) => {
          const scale = joint[s] * this.own[k][l];
          for (let other = 0; other < S; other++) shared[s * size + other] += scale * right[other];
        });
      }
    });
    for (const sums of [this.own, this.withShape, this.withOffsets, this.withCameras]) {
      for (const row of sums) row.fill(0);
    }
  }

  /** Writes the columns of a frame: a joint's move times `R (A_above - A)`, for what its part carries of each point. */
  private follow({ parts: { rotation: A }, rotation: R }: FrameState): void {
    this.carried.forEach(({ share, range }, h) => {
      const [g, above] = [h + 1, this.kinematics.parents[h + 1]];
      for (let axis = 0; axis < 3; axis++) {
        const inHead = [0, 1, 2].map((row) => A[above * 9 + row * 3 + axis] - A[g * 9 + row * 3 + axis]);
        const move = [0, 3, 6].map((row) => R[row] * inHead[0] + R[row + 1] * inHead[1] + R[row + 2] * inHead[2]);
        const column = this.columns[h * 3 + axis];
        for (let n = range.start; n < range.end; n++) {
          for (let i = 0; i < 3; i++) column[n * 3 + i] = share[n] * move[i];
        }
      }
    });
  }

  /** Adds products of one joint coordinate with a frame's unknowns, from `start` on, to the shape's rows. */
  private addToBorder(
    equations: NormalEquations,
    frame: number,
    k: number,
    values: ArrayLike<number>,
    start: number,
  ): void {
    const { frameSize, shapeSize } = this.layout;
    const border = equations.borderOf(frame);
    const joint = this.joints[k];
    for (let s = 0; s < shapeSize; s++) {
      const row = s * frameSize + start;
      for (let i = 0; i < values.length; i++) border[row + i] += joint[s] * values[i];
    }
  }

  private makeRoom(): void {
    const needed = this.chunk.length * this.columns.length * this.force.length;
    if (this.rows.length >= needed) return;
    const grown = new Float32Array(needed * 2);
    grown.set(this.rows);
    this.rows = grown;
  }
}

/** How much of each point a part and all that hang on it carry. */
function carriedBy(part: number, set: SurfaceSet, { parents }: Kinematics): { share: Float64Array; range: PointRange } {
  const hangs = parents.map(() => false);
  parents.forEach((above, g) => (hangs[g] = g === part || (above >= 0 && hangs[above])));
  const share = new Float64Array(set.count);
  const range = { start: set.count, end: 0 };
  for (let n = 0; n < set.count; n++) {
    for (let i = set.first[n]; i < set.first[n + 1]; i++) if (hangs[set.part[i]]) share[n] += set.weight[i];
    if (share[n] === 0) continue;
    range.start = Math.min(range.start, n);
    range.end = n + 1;
  }
  return { share, range: range.end === 0 ? { start: 0, end: 0 } : range };
}
