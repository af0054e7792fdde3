import { multiplyRotations, rotationFromAxisAngle } from '../../geometry/rotation.js';
import { leftJacobian } from '../../geometry/rotation-jacobian.js';
import { type HeadModel } from '../../flame/head-model.js';

/** The moving parts of one frame's head: G groups of joints that share a transform `x -> A_g x + a_g`. */
export interface PartTransforms {
  /** `[G, 9]` and `[G, 3]`: the parts' transforms in the head frame. */
  rotation: Float64Array;
  translation: Float64Array;
  /** `[G, 3]` where the part's joint is after posing. */
  position: Float64Array;
  /** `[G, 9]` the joint's own rotation. */
  local: Float64Array;
  /** `[G, 9]` columns: the axes in the head frame about which the part turns as its three angles grow. */
  axes: Float64Array;
}

/**
 * The joint chain of a head reduced to what moves in a stage: a joint that is at rest in every frame belongs to its
 * parent's part, so a head with frozen joints is one rigid part.
 */
export class Kinematics {
  /** `[G]` joint of each part; the root first, parents before children. */
  readonly joints: number[];
  /** `[G]` part that carries each part; -1 for the root. */
  readonly parents: number[];
  /** `[J]` part of each joint. */
  readonly partOf: Int32Array;
  /** For each part, which of the free joints (by their order) carry it. */
  readonly carriers: number[][];
  /** Part of each free joint. */
  readonly freeParts: number[];

  /**
   * @param jointPose `[F, J, 3]` axis-angle, radians.
   * @param free joints whose angles are unknown.
   */
  constructor({ parents }: HeadModel, jointPose: Float64Array, free: number[]) {
    const width = parents.length * 3;
    const moves = Array.from(parents, (parent, j) => parent < 0 || free.includes(j));
    jointPose.forEach((angle, i) => {
      if (angle !== 0) moves[Math.floor((i % width) / 3)] = true;
    });
    this.joints = moves.flatMap((moving, j) => (moving ? [j] : []));
    this.partOf = new Int32Array(parents.length);
    parents.forEach((parent, j) => (this.partOf[j] = moves[j] ? this.joints.indexOf(j) : this.partOf[parent]));
    this.parents = this.joints.map((j) => (parents[j] < 0 ? -1 : this.partOf[parents[j]]));
    this.freeParts = free.map((j) => this.partOf[j]);
    this.carriers = [];
    this.joints.forEach((_, g) => {
      const own = this.freeParts.indexOf(g);
      const above = this.parents[g] < 0 ? [] : this.carriers[this.parents[g]];
      this.carriers.push(own < 0 ? above : [...above, own]);
    });
  }

  /** How many joints but the root move: only their pose correctives count. */
  get correctiveCount(): number {
    return this.joints.length - 1;
  }

  /**
   * @param angles `[J, 3]` of one frame.
   * @param rest `[G, 3]` joints of the shaped head at rest.
   */
  transforms(angles: Float64Array, rest: Float64Array): PartTransforms {
    const count = this.joints.length;
    const parts: PartTransforms = {
      rotation: new Float64Array(count * 9),
      translation: new Float64Array(count * 3),
      position: new Float64Array(count * 3),
      local: new Float64Array(count * 9),
      axes: new Float64Array(count * 9),
    };
    for (let g = 0; g < count; g++) {
      const angle = angles.subarray(this.joints[g] * 3, this.joints[g] * 3 + 3);
      const local = rotationFromAxisAngle(angle);
      parts.local.set(local, g * 9);
      const joint = rest.subarray(g * 3, g * 3 + 3);
      const above = this.parents[g];
      const carried = above < 0 ? identity : parts.rotation.subarray(above * 9, above * 9 + 9);
      const rotation = multiplyRotations(carried, local);
      parts.rotation.set(rotation, g * 9);
      parts.axes.set(multiplyRotations(carried, leftJacobian(angle)), g * 9);
      for (let row = 0; row < 3; row++) {
        const base = above < 0 ? 0 : parts.translation[above * 3 + row];
        parts.position[g * 3 + row] = base + dotRow(carried, row, joint);
        parts.translation[g * 3 + row] = parts.position[g * 3 + row] - dotRow(rotation, row, joint);
      }
    }
    return parts;
  }

  /**
   * Carries the energy's gradient with respect to the parts' translations back to the joints at rest.
   *
   * @param force `[G, 3]`; used up.
   * @param gradient `[G, 3]` to add to.
   */
  addRestGradient(parts: PartTransforms, force: Float64Array, gradient: Float64Array): void {
    for (let g = this.joints.length - 1; g >= 0; g--) {
      const above = this.parents[g];
      for (let axis = 0; axis < 3; axis++) {
        for (let row = 0; row < 3; row++) {
          const carried = above < 0 ? identity[row * 3 + axis] : parts.rotation[above * 9 + row * 3 + axis];
          gradient[g * 3 + axis] += (carried - parts.rotation[g * 9 + row * 3 + axis]) * force[g * 3 + row];
        }
        if (above >= 0) force[above * 3 + axis] += force[g * 3 + axis];
      }
    }
  }
}

const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

function dotRow(matrix: Float64Array, row: number, vector: Float64Array): number {
  return matrix[row * 3] * vector[0] + matrix[row * 3 + 1] * vector[1] + matrix[row * 3 + 2] * vector[2];
}
