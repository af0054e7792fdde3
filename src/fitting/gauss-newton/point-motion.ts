import { correctiveDerivative, type FrameState } from './frame-state.js';
import { type Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type SurfaceSet } from './surface-set.js';

/** Points `start` to before `end`. */
export interface PointRange {
  start: number;
  end: number;
}

/** Correctives below this many metres per radian count in the gradient alone. */
const leastCorrective = 1e-5;

/** How a set's points move with one frame's unknowns. The arrays are those of the last frame that was posed. */
export class PointMotion {
  readonly set: SurfaceSet;
  /** `[N, 3]` metres, head frame. */
  readonly points: Float64Array;
  /** For each free joint `[N, 3]`: what it carries of each point, seen from the joint. */
  readonly arms: Float64Array[];
  /** `[N, 9]` from a displacement of the unposed point to one in the world. */
  readonly linear: Float64Array;
  /** For each unknown of head pose and joints `[N, 3]`, world frame. */
  readonly columns: Float64Array[];
  /** The points that each free joint moves lie in this range. */
  readonly jointRanges: PointRange[];
  /** The same for each column. */
  readonly ranges: PointRange[];
  private readonly kinematics: Kinematics;
  private readonly headPoseSize: number;
  /** `[9 m, 3 N]` the correctives' rows at the points; absent where the head has none. */
  private readonly correctives?: Float32Array;

  constructor(set: SurfaceSet, kinematics: Kinematics, layout: Layout, correctives?: Float32Array) {
    const perPoint = () => new Float64Array(set.count * 3);
    this.set = set;
    this.kinematics = kinematics;
    this.headPoseSize = layout.headPoseSize;
    this.correctives = correctives;
    this.points = perPoint();
    this.arms = layout.joints.map(perPoint);
    this.linear = new Float64Array(set.count * 9);
    this.columns = Array.from({ length: layout.poseSize }, perPoint);
    this.jointRanges = kinematics.freeParts.map((g, k) => this.rangeOf(g, k));
    this.ranges = this.columns.map((_, i) => {
      const joint = Math.floor((i - layout.headPoseSize) / 3);
      return i < layout.headPoseSize ? { start: 0, end: set.count } : this.jointRanges[joint];
    });
    for (let axis = 0; axis < 3 && layout.headPoseSize > 0; axis++) {
      for (let n = 0; n < set.count; n++) this.columns[3 + axis][n * 3 + axis] = 1;
    }
  }

  /** Where the points are: `points` alone. */
  place({ vertices, parts }: FrameState): void {
    this.set.pose(vertices, parts, this.points);
  }

  /** Where the points are and what the joints carry: `points` and `arms`. */
  pose({ vertices, parts }: FrameState): void {
    this.arms.forEach((arm, k) => arm.fill(0, this.jointRanges[k].start * 3, this.jointRanges[k].end * 3));
    this.set.pose(vertices, parts, this.points, this.arms);
  }

  /** How they move, after `pose`: `linear` and `columns`. */
  differentiate({ parts, rotation }: FrameState): void {
    this.set.linearParts(parts, rotation, this.linear);
    if (this.headPoseSize > 0) {
      unitAxes.forEach((axis, k) => turnPoints(rotation, axis, this.points, this.columns[k], this.ranges[k]));
    }
    this.kinematics.freeParts.forEach((g, k) => {
      for (let axis = 0; axis < 3; axis++) {
        const turn = [0, 1, 2].map((row) => parts.axes[g * 9 + row * 3 + axis]);
        const column = this.columns[this.headPoseSize + k * 3 + axis];
        const range = this.jointRanges[k];
        turnPoints(rotation, turn, this.arms[k], column, range);
        if (!this.correctives) continue;
        this.addCorrectives(column, g, correctiveDerivative(parts, this.kinematics, g, axis), range);
      }
    });
  }

  /** The points that part g, the k-th free joint's, carries or corrects. */
  private rangeOf(g: number, k: number): PointRange {
    const { set, correctives, kinematics } = this;
    const range = { start: set.count, end: 0 };
    for (let n = 0; n < set.count; n++) {
      let moved = false;
      for (let i = set.first[n]; i < set.first[n + 1]; i++) moved ||= kinematics.carriers[set.part[i]].includes(k);
      for (let i = 0; i < 27 && correctives && !moved; i++) {
        const row = (g - 1) * 9 + Math.floor(i / 3);
        moved = Math.abs(correctives[row * set.count * 3 + n * 3 + (i % 3)]) > leastCorrective;
      }
      if (!moved) continue;
      range.start = Math.min(range.start, n);
      range.end = n + 1;
    }
    return range.end === 0 ? { start: 0, end: 0 } : range;
  }

  private addCorrectives(column: Float64Array, g: number, derivative: Float64Array, { start, end }: PointRange): void {
    const { linear: L, correctives } = this;
    const width = column.length;
    for (let n = start * 9, i = start * 3; i < end * 3; n += 9, i += 3) {
      let [x, y, z] = [0, 0, 0];
      for (let k = 0, row = (g - 1) * 9 * width + i; k < 9; k++, row += width) {
        x += derivative[k] * correctives![row];
        y += derivative[k] * correctives![row + 1];
        z += derivative[k] * correctives![row + 2];
      }
      column[i] += L[n] * x + L[n + 1] * y + L[n + 2] * z;
      column[i + 1] += L[n + 3] * x + L[n + 4] * y + L[n + 5] * z;
      column[i + 2] += L[n + 6] * x + L[n + 7] * y + L[n + 8] * z;
    }
  }
}

const unitAxes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** `R (axis x point)` for each point of a range. */
function turnPoints(
  R: Float64Array,
  [wx, wy, wz]: number[],
  points: Float64Array,
  turned: Float64Array,
  { start, end }: PointRange,
): void {
  for (let i = start * 3; i < end * 3; i += 3) {
    const px = points[i];
    const py = points[i + 1];
    const pz = points[i + 2];
    const x = wy * pz - wz * py;
    const y = wz * px - wx * pz;
    const z = wx * py - wy * px;
    turned[i] = R[0] * x + R[1] * y + R[2] * z;
    turned[i + 1] = R[3] * x + R[4] * y + R[5] * z;
    turned[i + 2] = R[6] * x + R[7] * y + R[8] * z;
  }
}
