import { correctiveDerivative, type FrameState } from './frame-state.js';
import { type Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type SurfaceSet } from './surface-set.js';

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
    for (let axis = 0; axis < 3 && layout.headPoseSize > 0; axis++) {
      for (let n = 0; n < set.count; n++) this.columns[3 + axis][n * 3 + axis] = 1;
    }
  }

  /** Where the points are: `points` and `arms`. */
  pose({ vertices, parts }: FrameState): void {
    for (const arm of this.arms) arm.fill(0);
    this.set.pose(vertices, parts, this.points, this.arms);
  }

  /** How they move, after `pose`: `linear` and `columns`. */
  differentiate({ parts, rotation }: FrameState): void {
    this.set.linearParts(parts, rotation, this.linear);
    if (this.headPoseSize > 0) {
      unitAxes.forEach((axis, k) => turnPoints(rotation, axis, this.points, this.columns[k]));
    }
    this.kinematics.freeParts.forEach((g, k) => {
      for (let axis = 0; axis < 3; axis++) {
        const turn = [0, 1, 2].map((row) => parts.axes[g * 9 + row * 3 + axis]);
        const column = this.columns[this.headPoseSize + k * 3 + axis];
        turnPoints(rotation, turn, this.arms[k], column);
        if (this.correctives) this.addCorrectives(column, g, correctiveDerivative(parts, this.kinematics, g, axis));
      }
    });
  }

  private addCorrectives(column: Float64Array, g: number, derivative: Float64Array): void {
    const { linear: L, correctives } = this;
    const width = column.length;
    for (let n = 0, i = 0; i < width; n += 9, i += 3) {
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

/** `R (axis x point)` for each point. */
function turnPoints(R: Float64Array, [wx, wy, wz]: number[], points: Float64Array, turned: Float64Array): void {
  for (let i = 0; i < points.length; i += 3) {
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
