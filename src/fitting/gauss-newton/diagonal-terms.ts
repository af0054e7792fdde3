import { type DiagonalBlock } from '../../energies/gauss-newton-form.js';
import { type Camera } from '../../geometry/camera.js';
import { axisAngleFromRotation, multiplyRotations, transposeRotation } from '../../geometry/rotation.js';
import { type FitParameters } from '../parameters.js';
import { type Problem } from '../problem.js';
import { type FormTerms } from './form-terms.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';

/** One block of values that diagonal priors speak of, and where its numbers stand among the unknowns. */
interface PriorBlock {
  block: DiagonalBlock;
  /** Frame, or -1 for a shared block. */
  frame: number;
  values: Float64Array;
  /** Unknown of the frame or of the shared ones for each value; -1: not free. */
  column(index: number): number;
}

/**
 * Energy of all diagonal priors, and their part of the normal equations.
 *
 * @param add called with each term's energy and its frame, -1 for shared blocks.
 */
export function diagonalTerms(
  { diagonal }: FormTerms,
  problem: Problem,
  layout: Layout,
  parameters: FitParameters,
  add: (name: string, frame: number, energy: number) => void,
  equations?: NormalEquations,
): void {
  if (diagonal.length === 0) return;
  for (const prior of priorBlocks(problem, layout, parameters)) {
    const { values } = prior;
    const gradient = equations && new Float64Array(values.length);
    const curvature = equations && new Float64Array(values.length);
    for (const { name, weight, form } of diagonal) {
      add(name, prior.frame, form.evaluate(prior.block, values, weight, gradient, curvature));
    }
    if (equations) addToEquations(equations, prior, gradient!, curvature!);
  }
}

function addToEquations(
  equations: NormalEquations,
  { frame, values, column }: PriorBlock,
  gradient: Float64Array,
  curvature: Float64Array,
): void {
  const size = frame < 0 ? equations.s : equations.n;
  const matrix = frame < 0 ? equations.shared : equations.block(frame);
  const vector = frame < 0 ? equations.gradient.shared : equations.gradient.frames.subarray(frame * size);
  for (let i = 0; i < values.length; i++) {
    const at = column(i);
    if (at < 0) continue;
    vector[at] += gradient[i];
    matrix[at * size + at] += curvature[i];
  }
}

function* priorBlocks(problem: Problem, layout: Layout, parameters: FitParameters): Generator<PriorBlock> {
  const { head, cameras, offsetVertices } = problem;
  const E = head.expression.count;
  const P = head.parents.length * 3;
  for (let frame = 0; frame < layout.frameCount; frame++) {
    yield {
      block: 'expression',
      frame,
      values: parameters.expression.subarray(frame * E, (frame + 1) * E),
      column: (i) => (layout.expressionSize > 0 ? layout.poseSize + i : -1),
    };
    yield {
      block: 'jointPose',
      frame,
      values: parameters.jointPose.subarray(frame * P, (frame + 1) * P),
      column: (i) => {
        const k = layout.joints.indexOf(Math.floor(i / 3));
        return k < 0 ? -1 : layout.headPoseSize + k * 3 + (i % 3);
      },
    };
  }
  yield { block: 'shape', frame: -1, values: parameters.shape, column: (i) => (layout.shapeSize > 0 ? i : -1) };
  yield {
    block: 'offsets',
    frame: -1,
    values: Float64Array.from({ length: offsetVertices.length * 3 }, (_, i) => {
      return parameters.offsets[offsetVertices[Math.floor(i / 3)] * 3 + (i % 3)];
    }),
    column: (i) => (layout.offsetVertices.length > 0 ? layout.shapeSize + i : -1),
  };
  const { motion, focal } = layout.cameras;
  for (const [c, initial] of cameras.entries()) {
    const camera = parameters.cameras[c];
    yield {
      block: 'cameraMotion',
      frame: -1,
      values: cameraMotion(initial, camera),
      column: (i) => (motion[c] < 0 ? -1 : layout.cameraStart + motion[c] + i),
    };
    yield {
      block: 'logFocal',
      frame: -1,
      values: Float64Array.of(Math.log(camera.K[0] / initial.K[0])),
      column: () => (focal[c] < 0 ? -1 : layout.cameraStart + focal[c]),
    };
  }
}

/**
 * The motion (w, tau) that takes one camera to another: `R' = exp(w) R`, `t' = exp(w) t + tau`; radians, metres.
 *
 * The gradient of a prior on it with respect to a further step is the prior's own: to first order a turn moves w by the
 * inverse left Jacobian, which keeps w itself, and tau only across itself.
 */
function cameraMotion({ cameraFromWorld: from }: Camera, { cameraFromWorld: to }: Camera): Float64Array {
  const rotation = (m: Float64Array) => [m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]];
  const turn = multiplyRotations(rotation(to), transposeRotation(rotation(from)));
  const motion = new Float64Array(6);
  motion.set(axisAngleFromRotation(turn));
  for (let row = 0; row < 3; row++) {
    const carried = turn[row * 3] * from[3] + turn[row * 3 + 1] * from[7] + turn[row * 3 + 2] * from[11];
    motion[3 + row] = to[row * 4 + 3] - carried;
  }
  return motion;
}
