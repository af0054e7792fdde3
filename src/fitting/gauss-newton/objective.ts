import { type PointModel } from '../../energies/gauss-newton-form.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type ProductEngine } from '../../tensor/product-engine.js';
import { type FitParameters } from '../parameters.js';
import { type Problem } from '../problem.js';
import { AccelerationBlocks, type AccelerationFrame, partRotations } from './acceleration-blocks.js';
import { diagonalTerms } from './diagonal-terms.js';
import { type FormTerms } from './form-terms.js';
import { FrameGradients } from './frame-gradients.js';
import { frameStates, type FrameState, pointMotion, pointsWorld } from './frame-state.js';
import { Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { PointBlocks } from './point-blocks.js';
import { RestrictedHead } from './restricted-head.js';
import { SharedCurvature } from './shared-curvature.js';
import { SurfaceSet } from './surface-set.js';

/** The energy at one point. */
export interface Evaluation {
  energy: number;
  /** Energy of each term. */
  terms: Record<string, number>;
  /** `[F]` what belongs to each frame: its data, its priors, the acceleration around it. */
  frames: Float64Array;
  /** For each acceleration term and frame the points in the world, `[N, 3]` metres. */
  accelerated: Float64Array[][];
}

/** Rows of at most this many bytes wait for one product. */
const chunkBytes = 64e6;

/** The energy of a stage and its normal equations, in plain arrays (math.md section 7). */
export class Objective {
  private readonly problem: Problem;
  private readonly terms: FormTerms;
  private readonly layout: Layout;
  private readonly kinematics: Kinematics;
  private readonly restricted: RestrictedHead;
  private readonly data: SurfaceSet;
  private readonly blocks: PointBlocks;
  private readonly curvature: SharedCurvature;
  private readonly neutral: { set: SurfaceSet; curvature: SharedCurvature }[];
  private readonly acceleration: { set: SurfaceSet; blocks: AccelerationBlocks; correctives: Float32Array }[];
  private readonly correctives: Float32Array;

  constructor(problem: Problem, terms: FormTerms, layout: Layout, initial: FitParameters) {
    const { head } = problem;
    this.problem = problem;
    this.terms = terms;
    this.layout = layout;
    this.kinematics = new Kinematics(head, initial.jointPose, layout.joints);
    const dataPoints = terms.points.map(({ form }) => form.points);
    const others = [...terms.neutral, ...terms.acceleration].map(({ form }) => form.points);
    this.restricted = new RestrictedHead(head, [...dataPoints, ...others], this.kinematics);
    const setOf = (points: SurfacePoints[]) => new SurfaceSet(head, points, this.restricted.slots, this.kinematics);
    const correctivesOf = (set: SurfaceSet) =>
      set.interpolateRows(this.restricted.deformRows.slice(head.expression.count));
    this.data = setOf(dataPoints);
    this.correctives = correctivesOf(this.data);
    this.curvature = new SharedCurvature(head, this.restricted, dataPoints, this.data, layout);
    this.blocks = new PointBlocks(this.restricted, this.data, this.curvature, layout);
    this.neutral = terms.neutral.map(({ form }) => {
      const set = setOf([form.points]);
      return { set, curvature: new SharedCurvature(head, this.restricted, [form.points], set, layout) };
    });
    this.acceleration = terms.acceleration.map((term) => {
      const set = setOf([term.form.points]);
      return { set, blocks: new AccelerationBlocks(term, set, layout), correctives: correctivesOf(set) };
    });
  }

  async prepare(engine: ProductEngine): Promise<void> {
    await this.restricted.prepare(engine);
    await this.blocks.prepare(engine);
    await this.curvature.prepare(engine);
    for (const { curvature } of this.neutral) await curvature.prepare(engine);
    for (const { blocks } of this.acceleration) {
      await blocks.prepare(this.restricted, this.kinematics.joints.length, engine);
    }
  }

  async dispose(): Promise<void> {
    const owners = [this.restricted, this.blocks, this.curvature];
    await Promise.all(owners.map((owner) => owner.dispose()));
    await Promise.all(this.neutral.map(({ curvature }) => curvature.dispose()));
    await Promise.all(this.acceleration.map(({ blocks }) => blocks.dispose()));
  }

  async evaluate(parameters: FitParameters): Promise<Evaluation> {
    const evaluation = this.emptyEvaluation();
    const add = (name: string, frame: number, energy: number) => {
      evaluation.terms[name] += energy;
      evaluation.energy += energy;
      if (frame >= 0) evaluation.frames[frame] += energy;
    };
    await this.forChunks(parameters, async (states) => {
      for (const state of states) {
        const world = pointsWorld(state, this.data.pose(state.vertices, state.parts));
        this.addData(state.frame, world, parameters, add);
        this.acceleration.forEach(({ set }, k) => {
          evaluation.accelerated[k][state.frame] = pointsWorld(state, set.pose(state.vertices, state.parts));
        });
      }
    });
    this.terms.acceleration.forEach(({ name }, k) => {
      for (let t = 0; t + 2 < this.layout.frameCount; t++) {
        add(name, t + 1, this.acceleration[k].blocks.tripleEnergy(t, evaluation.accelerated[k]));
      }
    });
    const neutral = this.restricted.neutral(parameters);
    this.terms.neutral.forEach(({ name, weight, form }, k) => {
      add(name, -1, form.evaluate(this.restPoints(this.neutral[k].set, neutral), weight));
    });
    diagonalTerms(this.terms, this.problem, this.layout, parameters, add);
    return evaluation;
  }

  /** Fills the normal equations at parameters that were evaluated. */
  async linearise(parameters: FitParameters, { accelerated }: Evaluation, equations: NormalEquations): Promise<void> {
    equations.clear();
    const gradients = new FrameGradients(this.problem.head, this.restricted, this.kinematics, this.layout);
    const accelerationFrames: AccelerationFrame[][] = this.acceleration.map(() => []);
    await this.forChunks(parameters, async (states) => {
      const buffer = this.blocks.rowBuffer(states.length);
      for (const [k, state] of states.entries()) {
        const motion = pointMotion(state, this.data, this.kinematics, this.layout, this.correctives);
        const model = this.pointModel(equations);
        this.addData(state.frame, pointsWorld(state, motion.points), parameters, () => undefined, model);
        this.addCameras(model, equations);
        this.blocks.addFrame(state.frame, k, states.length, motion, model, equations, buffer);
        gradients.addPoints(state, this.data, motion, model.gradient, equations);
        this.acceleration.forEach(({ set, blocks, correctives }, a) => {
          const own = pointMotion(state, set, this.kinematics, this.layout, correctives);
          gradients.addPoints(state, set, own, blocks.pointGradient(state.frame, accelerated[a]), equations);
          const turns = partRotations(state.parts, state.rotation);
          accelerationFrames[a].push({ columns: own.columns, linear: own.linear, partRotations: turns });
        });
        gradients.endFrame(state);
      }
      await this.blocks.addRows(states[0].frame, states.length, buffer, equations);
      await gradients.endChunk(states, equations);
    });
    await this.blocks.addShared(equations);
    for (const [a, { blocks }] of this.acceleration.entries()) {
      await blocks.addBlocks(accelerationFrames[a], equations);
    }
    await this.addNeutral(parameters, gradients, equations);
    gradients.addShared(equations);
    diagonalTerms(this.terms, this.problem, this.layout, parameters, () => undefined, equations);
  }

  private emptyEvaluation(): Evaluation {
    const { points, neutral, diagonal, acceleration } = this.terms;
    const names = [...points, ...neutral, ...diagonal, ...acceleration].map(({ name }) => [name, 0] as const);
    return {
      energy: 0,
      terms: Object.fromEntries(names),
      frames: new Float64Array(this.layout.frameCount),
      accelerated: acceleration.map(() => new Array<Float64Array>(this.layout.frameCount)),
    };
  }

  private async forChunks(parameters: FitParameters, visit: (states: FrameState[]) => Promise<void>): Promise<void> {
    const { frameCount } = this.layout;
    const shaped = {
      neutral: this.restricted.neutral(parameters),
      rest: this.restricted.restJoints(parameters),
    };
    const perFrame = this.blocks.bytesPerFrame + this.restricted.vertexIds.length * 24;
    const size = Math.max(1, Math.min(frameCount, Math.floor(chunkBytes / perFrame)));
    for (let from = 0; from < frameCount; from += size) {
      const to = Math.min(frameCount, from + size);
      await visit(await frameStates(this.problem.head, this.restricted, this.kinematics, parameters, shaped, from, to));
    }
  }

  /** Evaluates the data terms of one frame on their parts of the points. */
  private addData(
    frame: number,
    world: Float64Array,
    { cameras }: FitParameters,
    add: (name: string, frame: number, energy: number) => void,
    model?: PointModel,
  ): void {
    let start = 0;
    for (const { name, weight, form } of this.terms.points) {
      const end = start + form.points.faces.length;
      const part = model && {
        ...model,
        hessian: model.hessian.subarray(start * 6, end * 6),
        gradient: model.gradient.subarray(start * 3, end * 3),
        cameraCross: model.cameraCross.map((cross) => cross.subarray(start * 3, end * 3)),
      };
      const own = world.subarray(start * 3, end * 3);
      add(name, frame, form.evaluate(frame, own, cameras, this.layout.cameras, weight, part));
      start = end;
    }
  }

  private pointModel({ gradient }: NormalEquations): PointModel {
    const { cameras, cameraStart } = this.layout;
    return {
      hessian: new Float64Array(this.data.count * 6),
      gradient: new Float64Array(this.data.count * 3),
      cameraGradient: gradient.shared.subarray(cameraStart),
      cameraHessian: new Float64Array(cameras.count ** 2),
      cameraCross: Array.from({ length: cameras.count }, () => new Float64Array(this.data.count * 3)),
    };
  }

  private addCameras({ cameraHessian }: PointModel, { shared, s }: NormalEquations): void {
    const { cameraStart, cameras } = this.layout;
    for (let i = 0; i < cameras.count; i++) {
      for (let j = 0; j < cameras.count; j++) {
        shared[(cameraStart + i) * s + cameraStart + j] += cameraHessian[i * cameras.count + j];
      }
    }
  }

  /** A set's points on the unposed head, `[N, 3]`. */
  private restPoints(set: SurfaceSet, vertices: Float64Array): Float64Array {
    return Float64Array.from(set.interpolateRows([Float32Array.from(vertices)]));
  }

  private async addNeutral(
    parameters: FitParameters,
    gradients: FrameGradients,
    equations: NormalEquations,
  ): Promise<void> {
    const neutral = this.restricted.neutral(parameters);
    for (const [k, { weight, form }] of this.terms.neutral.entries()) {
      const { set, curvature } = this.neutral[k];
      const model = { hessian: new Float64Array(set.count * 6), gradient: new Float64Array(set.count * 3) };
      form.evaluate(this.restPoints(set, neutral), weight, model);
      gradients.addNeutral(set, model.gradient);
      curvature.addHessian(model.hessian);
      await curvature.addTo(equations);
    }
  }
}
