import { type HeadModel } from '../../flame/head-model.js';
import { correctiveDerivative, type FrameState } from './frame-state.js';
import { type Kinematics, type PartTransforms } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type PointMotion, type PointRange } from './point-motion.js';
import { type RestrictedHead } from './restricted-head.js';
import { type SurfaceSet } from './surface-set.js';

/**
 * The exact gradient from gradients on posed points.
 *
 * The Hessian blends the skinning of a point's corners; the gradient goes back through every influence, so the minimum
 * is that of the energy itself.
 */
export class FrameGradients {
  private readonly head: HeadModel;
  private readonly restricted: RestrictedHead;
  private readonly kinematics: Kinematics;
  private readonly layout: Layout;
  /** The chunk's frames, and their gradients on the unposed vertices, `[frames, n, 3]`. */
  private chunk: { frame: number; parts: PartTransforms }[] = [];
  private rows = new Float32Array(0);
  private onVertices = new Float32Array(0);
  private readonly onParts: Float64Array;
  /** Sums over all frames: `[n, 3]` on the shaped vertices, `[G, 3]` on the joints at rest. */
  private readonly shapedVertices: Float64Array;
  private readonly restJoints: Float64Array;

  constructor(head: HeadModel, restricted: RestrictedHead, kinematics: Kinematics, layout: Layout) {
    this.head = head;
    this.restricted = restricted;
    this.kinematics = kinematics;
    this.layout = layout;
    this.onParts = new Float64Array(kinematics.joints.length * 3);
    this.shapedVertices = new Float64Array(restricted.vertexIds.length * 3);
    this.restJoints = new Float64Array(kinematics.joints.length * 3);
  }

  /** @param gradient `[N, 3]` on a set's points where they were posed last, world frame. */
  addPoints(
    state: FrameState,
    { set, points, arms, jointRanges }: PointMotion,
    gradient: Float64Array,
    equations: NormalEquations,
  ): void {
    const { frame, rotation: r } = state;
    const { headPoseSize, frameSize } = this.layout;
    const y = equations.gradient.frames.subarray(frame * frameSize, (frame + 1) * frameSize);
    const inHead = new Float64Array(gradient.length);
    for (let i = 0; i < gradient.length; i += 3) {
      const [x, yy, z] = [gradient[i], gradient[i + 1], gradient[i + 2]];
      for (let axis = 0; axis < 3; axis++) {
        inHead[i + axis] = r[axis] * x + r[3 + axis] * yy + r[6 + axis] * z;
        if (headPoseSize > 0) y[3 + axis] += gradient[i + axis];
      }
    }
    if (headPoseSize > 0) addTorque(points, inHead, y, { start: 0, end: set.count });
    arms.forEach((arm, k) => {
      const torque = new Float64Array(3);
      addTorque(arm, inHead, torque, jointRanges[k]);
      const g = this.kinematics.freeParts[k];
      for (let axis = 0; axis < 3; axis++) {
        for (let row = 0; row < 3; row++) {
          y[headPoseSize + k * 3 + axis] += state.parts.axes[g * 9 + row * 3 + axis] * torque[row];
        }
      }
    });
    set.addBack(inHead, state.parts, this.onVertices, this.onParts);
  }

  /** Begins a chunk of at most so many frames. */
  beginChunk(frames: number): void {
    // Fresh ones: those of the last chunk may still be multiplied.
    this.rows = new Float32Array(frames * this.shapedVertices.length);
    this.chunk = [];
  }

  /** Begins a frame. */
  beginFrame({ frame, parts }: FrameState): void {
    const size = this.shapedVertices.length;
    this.onVertices = this.rows.subarray(this.chunk.length * size, (this.chunk.length + 1) * size);
    this.onParts.fill(0);
    this.chunk.push({ frame, parts });
  }

  /** Ends a frame to which all sets were added. */
  endFrame({ parts }: FrameState): void {
    for (let i = 0; i < this.onVertices.length; i++) this.shapedVertices[i] += this.onVertices[i];
    this.kinematics.addRestGradient(parts, this.onParts, this.restJoints);
  }

  /** One product carries the vertices' gradients of the chunk's frames back to expression and correctives. */
  async endChunk(equations: NormalEquations): Promise<void> {
    const { frameSize, poseSize, headPoseSize, expressionSize } = this.layout;
    if (expressionSize === 0 && this.kinematics.freeParts.length === 0) return;
    const { chunk, rows } = this;
    const product = await this.restricted.coefficientGradients(rows, chunk.length);
    const width = this.restricted.deformRows.length;
    chunk.forEach(({ frame, parts }, k) => {
      const y = equations.gradient.frames.subarray(frame * frameSize, (frame + 1) * frameSize);
      const coefficients = product.subarray(k * width, (k + 1) * width);
      for (let e = 0; e < expressionSize; e++) y[poseSize + e] += coefficients[e];
      this.kinematics.freeParts.forEach((g, joint) => {
        for (let axis = 0; axis < 3; axis++) {
          const derivative = correctiveDerivative(parts, this.kinematics, g, axis);
          const start = this.head.expression.count + (g - 1) * 9;
          for (let i = 0; i < 9; i++) y[headPoseSize + joint * 3 + axis] += derivative[i] * coefficients[start + i];
        }
      });
    });
  }

  /** @param gradient `[N, 3]` on a set's points of the neutral head. */
  addNeutral(set: SurfaceSet, gradient: Float64Array): void {
    for (let n = 0; n < set.count; n++) {
      for (let i = set.first[n]; i < set.first[n + 1]; i++) {
        for (let axis = 0; axis < 3; axis++) {
          this.shapedVertices[set.vertex[i] * 3 + axis] += set.weight[i] * gradient[n * 3 + axis];
        }
      }
    }
  }

  /** Adds the sums to the gradient of shape and offsets. */
  addShared({ gradient }: NormalEquations): void {
    const { shapeSize, offsetVertices, cameraStart } = this.layout;
    const { shapedVertices, restJoints, restricted } = this;
    if (shapeSize > 0) restricted.addShapeGradient(shapedVertices, restJoints, gradient.shared);
    const offsets = gradient.shared.subarray(shapeSize, cameraStart);
    restricted.addOffsetGradient(shapedVertices, restJoints, offsetVertices, offsets);
  }
}

/** Adds `sum_n point x force` over a range of points. */
function addTorque(points: Float64Array, forces: Float64Array, torque: Float64Array, { start, end }: PointRange): void {
  let [sumX, sumY, sumZ] = [0, 0, 0];
  for (let i = start * 3; i < end * 3; i += 3) {
    const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
    const [fx, fy, fz] = [forces[i], forces[i + 1], forces[i + 2]];
    sumX += y * fz - z * fy;
    sumY += z * fx - x * fz;
    sumZ += x * fy - y * fx;
  }
  torque[0] += sumX;
  torque[1] += sumY;
  torque[2] += sumZ;
}
