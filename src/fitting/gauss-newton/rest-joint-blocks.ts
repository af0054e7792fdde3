import { type PointModel } from '../../energies/gauss-newton-form.js';
import { type FrameState } from './frame-state.js';
import { type Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { dot, pullBack, timesHessian } from './point-algebra.js';
import { type PointMotion, type PointRange } from './point-motion.js';
import { type RestrictedHead } from './restricted-head.js';
import { RowPlan } from './row-plan.js';
import { type SharedCurvature } from './shared-curvature.js';
import { type SurfaceSet } from './surface-set.js';

/**
 * Hessian blocks of what the shape does through the joints: it moves them at rest, and a part that is turned about its
 * joint by A follows with `(1 - A)` of that.
 *
 * The moves of the parts' joints, `[3 m]` coordinates, are further coordinates of every row beside the points', and the
 * joint regressor is their part of the shape basis; so the product that makes the border of a frame's unknowns with the
 * shape takes them in.
 */
export class RestJointBlocks {
  private readonly layout: Layout;
  private readonly kinematics: Kinematics;
  private readonly shared: SharedCurvature;
  private readonly plan: RowPlan;
  /** `[3 m][S]` how the joints follow the shape, metres. */
  private readonly joints: Float64Array[];
  /** For each of those parts `[N]` how much of a point it carries, and where. */
  private readonly carried: { share: Float64Array; range: PointRange }[];
  /** `[3 m][N, 3]` how the points follow in the frame at hand. */
  private readonly columns: Float64Array[];
  private readonly force: Float64Array;
  /** Sums over all frames: rows `[3 m, width]`, `[3 m, 3 m]`, and with the cameras `[3 m, q]`. */
  private readonly rowSums: Float64Array;
  private readonly own: Float64Array[];
  private readonly withCameras: Float64Array[];

  constructor(set: SurfaceSet, kinematics: Kinematics, shared: SharedCurvature, layout: Layout, rows: JointRows) {
    this.layout = layout;
    this.kinematics = kinematics;
    this.shared = shared;
    this.plan = rows.plan;
    this.joints = rows.joints;
    this.carried = movingParts(kinematics).map((g) => carriedBy(g, set, kinematics));
    const each = (length: number) => this.joints.map(() => new Float64Array(length));
    this.columns = each(set.count * 3);
    this.force = new Float64Array(set.count * 3);
    this.rowSums = new Float64Array(this.joints.length * this.plan.width);
    this.own = each(this.joints.length);
    this.withCameras = each(layout.cameras.count);
  }

  /** Coordinates of the joints, 3 m. */
  get count(): number {
    return this.joints.length;
  }

  /** Begins a frame: writes how a point follows each joint's move, `R (A_above - A)` times what its part carries of it. */
  beginFrame({ parts: { rotation: A }, rotation: R }: FrameState): void {
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

  /** Writes the joints' coordinates of the row of an unknown, from its forces on the points. */
  couple(force: Float64Array, range: PointRange, row: Float32Array): void {
    this.columns.forEach((column, k) => {
      row[this.plan.extra + k] = dot(force, column, range, this.carried[Math.floor(k / 3)].range);
    });
  }

  /** Adds what the joints have among themselves and with the cameras, and writes their rows; `rowOf` one of 3 m. */
  addFrame({ linear }: PointMotion, model: PointModel, rowOf: (k: number) => Float32Array): void {
    const { columns, force, plan, rowSums } = this;
    columns.forEach((column, k) => {
      const { range } = this.carried[Math.floor(k / 3)];
      force.fill(0);
      timesHessian(model.hessian, column, force, range);
      columns.forEach(
        (other, l) => (this.own[k][l] += dot(force, other, range, this.carried[Math.floor(l / 3)].range)),
      );
      model.cameraCross.forEach((cross, q) => (this.withCameras[k][q] += dot(cross, column, range)));
      const row = rowOf(k);
      pullBack(force, linear, row, plan, range);
      for (let i = 0; i < plan.extra; i++) rowSums[k * plan.width + i] += row[i];
    });
  }

  /** Adds the blocks of the shape with all that is shared, and forgets the sums. */
  async addShared({ shared, s: size }: NormalEquations): Promise<void> {
    const { shapeSize: S, cameraStart } = this.layout;
    const rows = Float32Array.from(this.rowSums);
    const withShape = await this.shared.shapeProduct(rows, this.count);
    this.joints.forEach((joint, k) => {
      const withOffsets: [number, number][] = [];
      this.shared.addOffsets(rows, k * this.plan.width, (column, value) => withOffsets.push([column, value]));
      for (let s = 0; s < S; s++) {
        if (joint[s] === 0) continue;
        const both = (column: number, value: number) => {
          shared[s * size + column] += joint[s] * value;
          shared[column * size + s] += joint[s] * value;
        };
        for (let other = 0; other < S; other++) both(other, withShape[k * S + other]);
        for (const [column, value] of withOffsets) both(S + column, value);
        this.withCameras[k].forEach((value, q) => both(cameraStart + q, value));
        this.joints.forEach((right, l) => {
          const scale = joint[s] * this.own[k][l];
          for (let other = 0; other < S; other++) shared[s * size + other] += scale * right[other];
        });
      }
    });
    for (const sums of [...this.own, ...this.withCameras, this.rowSums]) sums.fill(0);
  }
}

/** Rows of which the last coordinates are those of joints, and `[3 m][S]` how these follow the shape, metres. */
export interface JointRows {
  plan: RowPlan;
  joints: Float64Array[];
}

/** The rows of a set's points and of the joints that the shape moves under them. */
export function jointRows(
  restricted: RestrictedHead,
  set: SurfaceSet,
  kinematics: Kinematics,
  { shapeSize }: Layout,
): JointRows {
  const parts = shapeSize > 0 ? movingParts(kinematics) : [];
  const joints = parts.flatMap((g) =>
    [0, 1, 2].map((axis) => Float64Array.from(restricted.jointRows, (row) => row[g * 3 + axis])),
  );
  return { plan: new RowPlan(set.count, joints.length), joints };
}

/** The moving parts but the root. */
function movingParts({ parents }: Kinematics): number[] {
  return Array.from({ length: parents.length - 1 }, (_, k) => k + 1);
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
