import { type HeadModel } from '../../flame/head-model.js';
import { type FitParameters } from '../parameters.js';
import { type Kinematics, type PartTransforms } from './kinematics.js';
import { type Layout } from './layout.js';
import { type RestrictedHead } from './restricted-head.js';
import { type SurfaceSet } from './surface-set.js';

/** One frame's head before and after posing. */
export interface FrameState {
  frame: number;
  /** `[n, 3]` metres: shaped and deformed, unposed. */
  vertices: Float64Array;
  parts: PartTransforms;
  /** `[3, 3]` and `[3]` metres: head to world. */
  rotation: Float64Array;
  translation: Float64Array;
}

/**
 * Visits the frames of a chunk after one product that deforms them all.
 *
 * @param neutral `[n, 3]`, @param rest `[G, 3]`: the shaped head and its joints.
 */
export async function frameStates(
  head: HeadModel,
  restricted: RestrictedHead,
  kinematics: Kinematics,
  parameters: FitParameters,
  shaped: { neutral: Float64Array; rest: Float64Array },
  from: number,
  to: number,
): Promise<FrameState[]> {
  const width = restricted.deformRows.length;
  const E = head.expression.count;
  const J = head.parents.length;
  const coefficients = new Float32Array((to - from) * width);
  const states: FrameState[] = [];
  for (let frame = from; frame < to; frame++) {
    const angles = parameters.jointPose.subarray(frame * J * 3, (frame + 1) * J * 3);
    const parts = kinematics.transforms(angles, shaped.rest);
    const row = coefficients.subarray((frame - from) * width, (frame - from + 1) * width);
    row.set(parameters.expression.subarray(frame * E, (frame + 1) * E));
    for (let i = 9; i < parts.local.length; i++) row[E + i - 9] = parts.local[i] - ((i % 9) % 4 === 0 ? 1 : 0);
    states.push({
      frame,
      vertices: shaped.neutral,
      parts,
      rotation: parameters.headRotation.subarray(frame * 9, frame * 9 + 9),
      translation: parameters.headTranslation.subarray(frame * 3, frame * 3 + 3),
    });
  }
  const displaced = await restricted.displacements(coefficients, to - from);
  const size = shaped.neutral.length;
  for (const [k, state] of states.entries()) {
    state.vertices = Float64Array.from(shaped.neutral);
    for (let i = 0; i < size; i++) state.vertices[i] += displaced[k * size + i];
  }
  return states;
}

/** A set's points in the world, `[N, 3]` metres, from where they are in the head frame. */
export function pointsWorld(
  { rotation: r, translation: t }: Pick<FrameState, 'rotation' | 'translation'>,
  points: Float64Array,
): Float64Array {
  const world = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
    world[i] = r[0] * x + r[1] * y + r[2] * z + t[0];
    world[i + 1] = r[3] * x + r[4] * y + r[5] * z + t[1];
    world[i + 2] = r[6] * x + r[7] * y + r[8] * z + t[2];
  }
  return world;
}

/** How a set's points move with a frame's unknowns. */
export interface PointMotion {
  /** `[N, 3]` metres, head frame. */
  points: Float64Array;
  /** For each free joint `[N, 3]`: what it carries of each point, seen from the joint. */
  arms: Float64Array[];
  /** `[N, 9]` from a displacement of the unposed point to one in the world. */
  linear: Float64Array;
  /** For each unknown of head pose and joints `[N, 3]`, world frame. */
  columns: Float64Array[];
}

/**
 * Motion of a set's points in one frame.
 *
 * @param correctives `[9 m, 3 N]` the correctives' rows at the points.
 */
export function pointMotion(
  state: FrameState,
  set: SurfaceSet,
  kinematics: Kinematics,
  layout: Layout,
  correctives: Float32Array,
): PointMotion {
  const arms = layout.joints.map(() => new Float64Array(set.count * 3));
  const points = set.pose(state.vertices, state.parts, arms);
  const linear = set.linearParts(state.parts, state.rotation);
  const columns: Float64Array[] = [];
  if (layout.headPoseSize > 0) {
    for (const axis of unitAxes) columns.push(turned(state.rotation, axis, points));
    for (const axis of unitAxes) {
      columns.push(Float64Array.from({ length: set.count * 3 }, (_, i) => axis[i % 3]));
    }
  }
  kinematics.freeParts.forEach((g, k) => {
    for (let axis = 0; axis < 3; axis++) {
      const turn = [0, 1, 2].map((row) => state.parts.axes[g * 9 + row * 3 + axis]);
      const column = turned(state.rotation, turn, arms[k]);
      addCorrectives(column, linear, correctives, g, correctiveDerivative(state.parts, kinematics, g, axis));
      columns.push(column);
    }
  });
  return { points, arms, linear, columns };
}

const unitAxes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** `R (axis x point)` for each point. */
function turned(R: Float64Array, [wx, wy, wz]: number[], points: Float64Array): Float64Array {
  const column = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const [px, py, pz] = [points[i], points[i + 1], points[i + 2]];
    const [x, y, z] = [wy * pz - wz * py, wz * px - wx * pz, wx * py - wy * px];
    column[i] = R[0] * x + R[1] * y + R[2] * z;
    column[i + 1] = R[3] * x + R[4] * y + R[5] * z;
    column[i + 2] = R[6] * x + R[7] * y + R[8] * z;
  }
  return column;
}

/** Derivative of a part's own rotation, its nine corrective features, with respect to one of its angles. */
export function correctiveDerivative(
  { local, axes, rotation }: PartTransforms,
  { parents }: Kinematics,
  g: number,
  angle: number,
): Float64Array {
  const above = parents[g];
  const inHead = [0, 1, 2].map((row) => axes[g * 9 + row * 3 + angle]);
  // The axis in the parent's frame, about which the joint's own rotation turns.
  const [x, y, z] = [0, 1, 2].map((column) =>
    above < 0
      ? inHead[column]
      : [0, 1, 2].reduce((sum, row) => sum + rotation[above * 9 + row * 3 + column] * inHead[row], 0),
  );
  const derivative = new Float64Array(9);
  for (let column = 0; column < 3; column++) {
    const [a, b, c] = [local[g * 9 + column], local[g * 9 + 3 + column], local[g * 9 + 6 + column]];
    derivative[column] = y * c - z * b;
    derivative[3 + column] = z * a - x * c;
    derivative[6 + column] = x * b - y * a;
  }
  return derivative;
}

function addCorrectives(
  column: Float64Array,
  linear: Float64Array,
  correctives: Float32Array,
  g: number,
  derivative: Float64Array,
): void {
  const width = column.length;
  for (let n = 0; n * 3 < width; n++) {
    const moved = [0, 0, 0];
    for (let k = 0; k < 9; k++) {
      const row = ((g - 1) * 9 + k) * width + n * 3;
      for (let axis = 0; axis < 3; axis++) moved[axis] += derivative[k] * correctives[row + axis];
    }
    for (let row = 0; row < 3; row++) {
      const l = n * 9 + row * 3;
      column[n * 3 + row] += linear[l] * moved[0] + linear[l + 1] * moved[1] + linear[l + 2] * moved[2];
    }
  }
}
