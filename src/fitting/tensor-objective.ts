import * as tf from '@tensorflow/tfjs';
import { type EnergyTerm, type FitState, type ParameterName } from '../energies/energy-term.js';
import { HeadTensors } from '../flame/head-tensors.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { rotationMatrices } from '../tensor/safe-math.js';
import { type FitParameters } from './parameters.js';
import { type Problem } from './problem.js';
import { type UnknownTensors } from './unknowns.js';

/** Where the planes of a point set stand in the evaluated vertex list: one entry per corner that counts. */
interface PointSlot {
  start: number;
  count: number;
  /** `[1, 1, N]` weight of each corner; absent where every point is a vertex. */
  corners?: tf.Tensor[];
}

/** Nearest distance at which a point still projects, metres; nearer points keep this depth. */
const nearestDepth = 0.01;

/**
 * The energy of a problem in tfjs: one forward pass of the head for all points that the active terms declare, then
 * each term's residual, its robust loss and its weights.
 */
export class TensorObjective {
  private readonly problem: Problem;
  private readonly terms: EnergyTerm[];
  private readonly head: HeadTensors;
  private readonly slots = new Map<SurfacePoints, PointSlot>();
  private readonly constants = new Map<Float32Array, tf.Tensor>();
  private readonly intrinsics: tf.Tensor[];
  private readonly rotationBase: tf.Tensor3D;
  private readonly cameraBase: { rotation: tf.Tensor3D; translation: tf.Tensor2D };

  /** @param base the parameters at which the unknowns' increments are zero. */
  constructor(problem: Problem, terms: EnergyTerm[], base: FitParameters) {
    this.problem = problem;
    this.terms = terms;
    const vertexIds: number[] = [];
    for (const points of new Set(terms.flatMap((term) => term.points ?? []))) this.addPoints(points, vertexIds);
    this.head = new HeadTensors(problem.head, Int32Array.from(vertexIds), problem.offsetVertices);
    const { cameras } = problem;
    const perCamera = (k: number) =>
      tf.tensor(
        cameras.map(({ K }) => K[k]),
        [cameras.length, 1],
      );
    this.intrinsics = [0, 1, 2, 4, 5].map(perCamera);
    this.rotationBase = tf.tensor3d(Float32Array.from(base.headRotation), [problem.times.length, 3, 3]);
    const rows = (from: number, count: number) =>
      cameras.flatMap(({ cameraFromWorld: m }) =>
        [0, 1, 2].flatMap((row) => Array.from(m.slice(row * 4 + from, row * 4 + from + count))),
      );
    this.cameraBase = {
      rotation: tf.tensor3d(rows(0, 3), [cameras.length, 3, 3]),
      translation: tf.tensor2d(rows(3, 1), [cameras.length, 3]),
    };
  }

  /** Total energy, a scalar. */
  energy(unknowns: UnknownTensors): tf.Scalar {
    return tf.tidy(() => {
      const state = this.state(unknowns);
      return this.terms
        .map((term) => this.termEnergy(term, state))
        .reduce((sum, value) => tf.add(sum, value)) as tf.Scalar;
    });
  }

  /** Energy of each term, by name. */
  energyByTerm(unknowns: UnknownTensors): Record<string, number> {
    return tf.tidy(() => {
      const state = this.state(unknowns);
      return Object.fromEntries(this.terms.map((term) => [term.name, this.termEnergy(term, state).dataSync()[0]]));
    });
  }

  /** The parameters that some active term reads. */
  reads(): Set<ParameterName> {
    return new Set(this.terms.flatMap((term) => term.reads));
  }

  dispose(): void {
    this.head.dispose();
    const corners = [...this.slots.values()].flatMap((slot) => slot.corners ?? []);
    tf.dispose([
      ...this.constants.values(),
      ...corners,
      ...this.intrinsics,
      this.rotationBase,
      this.cameraBase.rotation,
      this.cameraBase.translation,
    ]);
  }

  private termEnergy(term: EnergyTerm, state: FitState): tf.Tensor {
    const squared = tf.sum(tf.square(term.residual(state)), 0);
    const cost = term.robust ? term.robust.rho(squared) : squared;
    const { observationWeights } = term;
    const weighted = observationWeights ? tf.mul(cost, state.constant(observationWeights, squared.shape)) : cost;
    return tf.mul(tf.sum(weighted), term.weight / 2);
  }

  private state(unknowns: UnknownTensors): FitState {
    const { problem } = this;
    const frameCount = problem.times.length;
    const headState = {
      ...unknowns,
      headRotation: tf.matMul(this.rotationBase, rotationMatrices(unknowns.headTurn)) as tf.Tensor3D,
    };
    let posed: tf.Tensor3D | undefined;
    let neutral: tf.Tensor3D | undefined;
    return {
      frameCount,
      viewCount: problem.cameras.length,
      times: problem.times,
      shape: unknowns.shape,
      expression: unknowns.expression,
      jointPose: unknowns.jointPose,
      offsets: unknowns.offsets,
      cameraMotion: unknowns.cameraMotion,
      logFocal: unknowns.logFocal,
      world: (points) => this.interpolate(points, (posed ??= this.head.pose(headState)), frameCount),
      neutral: (points) => this.interpolate(points, (neutral ??= this.head.neutral(unknowns)), 1),
      project: (world) => this.project(world, unknowns),
      constant: (values, shape) => this.constant(values, shape),
    };
  }

  private constant(values: Float32Array, shape: number[]): tf.Tensor {
    const known = this.constants.get(values);
    if (known) return known;
    const made = tf.keep(tf.tensor(values, shape));
    this.constants.set(values, made);
    return made;
  }

  private addPoints(points: SurfacePoints, vertexIds: number[]): void {
    const { faces } = this.problem.head;
    const count = points.faces.length;
    const barycentric = Array.from({ length: count }, (_, n) => points.barycentric.subarray(n * 3, n * 3 + 3));
    const start = vertexIds.length;
    if (barycentric.every((weights) => weights.some((weight) => weight === 1))) {
      barycentric.forEach((weights, n) => vertexIds.push(faces[points.faces[n] * 3 + weights.indexOf(1)]));
      this.slots.set(points, { start, count });
      return;
    }
    const corners = [0, 1, 2].map((corner) => {
      points.faces.forEach((face) => vertexIds.push(faces[face * 3 + corner]));
      return tf.tensor(
        barycentric.map((weights) => weights[corner]),
        [1, 1, count],
      );
    });
    this.slots.set(points, { start, count, corners });
  }

  private interpolate(points: SurfacePoints, vertices: tf.Tensor3D, frameCount: number): tf.Tensor3D {
    const slot = this.slots.get(points);
    if (!slot) throw new Error('tensor objective: a term asked for surface points that it does not declare.');
    const corner = (k: number) => vertices.slice([0, 0, slot.start + k * slot.count], [3, frameCount, slot.count]);
    if (!slot.corners) return corner(0);
    const [a, b, c] = slot.corners.map((weight, k) => tf.mul(corner(k), weight));
    return tf.add(tf.add(a, b), c) as tf.Tensor3D;
  }

  /** math.md eq. 10; the cameras' motion acts in their own frames: `x_cam = exp(w) (R x + t) + tau`. */
  private project(world: tf.Tensor3D, { cameraMotion, logFocal }: UnknownTensors): tf.Tensor4D {
    const [, frameCount, pointCount] = world.shape;
    const viewCount = this.problem.cameras.length;
    const turn = rotationMatrices(tf.transpose(cameraMotion.slice([0, 0], [3, viewCount])) as tf.Tensor2D);
    const rotation = tf.matMul(turn, this.cameraBase.rotation);
    const shift = tf.transpose(cameraMotion.slice([3, 0], [3, viewCount]));
    const translation = tf.add(
      tf.matMul(turn, this.cameraBase.translation.reshape([viewCount, 3, 1])).reshape([viewCount, 3]),
      shift,
    );
    const flat = tf.split(world.reshape([3, frameCount * pointCount]), 3, 0);
    const row = (k: number) => {
      const entry = (column: number) => rotation.slice([0, k, column], [viewCount, 1, 1]).reshape([viewCount, 1]);
      const turned = tf.add(tf.add(tf.mul(entry(0), flat[0]), tf.mul(entry(1), flat[1])), tf.mul(entry(2), flat[2]));
      return tf.add(turned, translation.slice([0, k], [viewCount, 1]));
    };
    const depth = tf.add(tf.relu(tf.sub(row(2), nearestDepth)), nearestDepth);
    const [x, y] = [tf.div(row(0), depth), tf.div(row(1), depth)];
    const zoom = tf.exp(logFocal).reshape([viewCount, 1]);
    const [fx, skew, cx, fy, cy] = this.intrinsics;
    const u = tf.add(tf.mul(zoom, tf.add(tf.mul(fx, x), tf.mul(skew, y))), cx);
    const v = tf.add(tf.mul(zoom, tf.mul(fy, y)), cy);
    return tf.stack([u, v], 0).reshape([2, viewCount, frameCount, pointCount]) as tf.Tensor4D;
  }
}
