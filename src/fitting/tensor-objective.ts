import * as tf from '@tensorflow/tfjs';
import { type EnergyTerm, type FitState, type ParameterName } from '../energies/energy-term.js';
import { HeadTensors, kernelsFit } from '../flame/head-tensors.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { rotationMatrices } from '../tensor/safe-math.js';
import { distortTensors } from './distort-tensors.js';
import { type FitParameters } from './parameters.js';
import { type Problem } from './problem.js';
import { CameraTensors, type ViewTensors } from './project-tensors.js';
import { hasReprojectionKernel, ReprojectionKernel } from './reprojection-kernel.js';
import { type UnknownTensors } from './unknowns.js';

/** Where the planes of a point set stand in the evaluated vertex list: one entry per corner that counts. */
interface PointSlot {
  start: number;
  count: number;
  /** `[1, 1, N]` weight of each corner; absent where every point is a vertex. */
  corners?: tf.Tensor[];
}

/** What the terms see, and what the fused kernels need besides. */
interface ObjectiveState extends FitState {
  views(): ViewTensors;
}

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
  private readonly cameras: CameraTensors;
  private readonly rotationBase: tf.Tensor3D;
  /** Terms whose energy a fused kernel computes. */
  private readonly kernels = new Map<EnergyTerm, ReprojectionKernel>();

  /**
   * @param base the parameters at which the unknowns' increments are zero.
   * @param fused whether fused kernels take the place of tfjs operations where they can.
   */
  constructor(problem: Problem, terms: EnergyTerm[], base: FitParameters, fused = kernelsFit()) {
    this.problem = problem;
    this.terms = terms;
    const vertexIds: number[] = [];
    for (const points of new Set(terms.flatMap((term) => term.points ?? []))) this.addPoints(points, vertexIds);
    this.head = new HeadTensors(problem.head, Int32Array.from(vertexIds), problem.offsetVertices, fused);
    this.cameras = new CameraTensors(problem.cameras);
    this.rotationBase = tf.tensor3d(Float32Array.from(base.headRotation), [problem.times.length, 3, 3]);
    for (const term of fused ? terms.filter(hasReprojectionKernel) : []) {
      this.kernels.set(term, new ReprojectionKernel(term, problem.cameras, problem.times.length));
    }
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

  /** Forgets the constants of the terms, which are about to change. */
  forgetConstants(): void {
    tf.dispose([...this.constants.values()]);
    this.constants.clear();
  }

  /** The parameters that some active term reads. */
  reads(): Set<ParameterName> {
    return new Set(this.terms.flatMap((term) => term.reads));
  }

  dispose(): void {
    this.head.dispose();
    const corners = [...this.slots.values()].flatMap((slot) => slot.corners ?? []);
    this.cameras.dispose();
    tf.dispose([...this.constants.values(), ...corners, this.rotationBase]);
  }

  private termEnergy(term: EnergyTerm, state: ObjectiveState): tf.Tensor {
    const kernel = this.kernels.get(term);
    if (kernel) return tf.mul(kernel.energy(state.world(term.pixels!.points), state.views()), term.weight);
    const squared = tf.sum(tf.square(term.residual(state)), 0);
    const cost = term.robust ? term.robust.rho(squared) : squared;
    const { observationWeights } = term;
    const weighted = observationWeights ? tf.mul(cost, state.constant(observationWeights, squared.shape)) : cost;
    return tf.mul(tf.sum(weighted), term.weight / 2);
  }

  private state(unknowns: UnknownTensors): ObjectiveState {
    const { problem } = this;
    const frameCount = problem.times.length;
    const headState = {
      ...unknowns,
      headRotation: tf.matMul(this.rotationBase, rotationMatrices(unknowns.headTurn)) as tf.Tensor3D,
    };
    let posed: tf.Tensor3D | undefined;
    let neutral: tf.Tensor3D | undefined;
    let views: ViewTensors | undefined;
    const viewTensors = () => (views ??= this.cameras.views(unknowns));
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
      canonicalTexture: unknowns.canonicalTexture,
      project: (world) => this.cameras.project(world, viewTensors()),
      observe: (world) =>
        distortTensors(this.cameras.project(world, viewTensors()), problem.cameras, viewTensors().zoom),
      views: viewTensors,
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
}
