import { type HeadModel } from '../../flame/head-model.js';
import { type FitParameters } from '../parameters.js';
import { type Kinematics, type PartTransforms } from './kinematics.js';
import { type RestrictedHead } from './restricted-head.js';

/** One frame's head before and after posing. */
export interface FrameState {
  frame: number;
  /** `[n, 3]` metres: shaped and deformed, unposed; overwritten by the next frame. */
  vertices: Float64Array;
  parts: PartTransforms;
  /** `[3, 3]` and `[3]` metres: head to world. */
  rotation: Float64Array;
  translation: Float64Array;
}

/** Frames of a chunk, deformed by one product; each frame's vertices are made when it is its turn. */
export interface FrameChunk {
  from: number;
  count: number;
  states(): Generator<FrameState>;
}

/** @param shaped the shaped head `[n, 3]` and its joints at rest `[G, 3]`, metres. */
export async function frameChunk(
  head: HeadModel,
  restricted: RestrictedHead,
  kinematics: Kinematics,
  parameters: FitParameters,
  shaped: { neutral: Float64Array; rest: Float64Array },
  from: number,
  count: number,
): Promise<FrameChunk> {
  const width = restricted.deformRows.length;
  const E = head.expression.count;
  const J = head.parents.length;
  const coefficients = new Float32Array(count * width);
  const parts: PartTransforms[] = [];
  for (let k = 0; k < count; k++) {
    const angles = parameters.jointPose.subarray((from + k) * J * 3, (from + k + 1) * J * 3);
    const { local } = (parts[k] = kinematics.transforms(angles, shaped.rest));
    const row = coefficients.subarray(k * width, (k + 1) * width);
    row.set(parameters.expression.subarray((from + k) * E, (from + k + 1) * E));
    for (let i = 9; i < local.length; i++) row[E + i - 9] = local[i] - ((i % 9) % 4 === 0 ? 1 : 0);
  }
  const displaced = await restricted.displacements(coefficients, count);
  const size = shaped.neutral.length;
  return {
    from,
    count,
    *states() {
      const vertices = new Float64Array(size);
      for (let k = 0; k < count; k++) {
        for (let i = 0, d = k * size; i < size; i++, d++) vertices[i] = shaped.neutral[i] + displaced[d];
        const frame = from + k;
        yield {
          frame,
          vertices,
          parts: parts[k],
          rotation: parameters.headRotation.subarray(frame * 9, frame * 9 + 9),
          translation: parameters.headTranslation.subarray(frame * 3, frame * 3 + 3),
        };
      }
    },
  };
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
