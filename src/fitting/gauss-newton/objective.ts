import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type ProductEngine } from '../../tensor/product-engine.js';
import { type FitParameters } from '../parameters.js';
import { type Problem } from '../problem.js';
import { AccelerationBlocks, thinnedPoints } from './acceleration-blocks.js';
import { accelerationGradient, tripleEnergy } from './acceleration-energy.js';
import { DataTerms } from './data-terms.js';
import { diagonalTerms } from './diagonal-terms.js';
import { type FormTerms } from './form-terms.js';
import { FrameGradients } from './frame-gradients.js';
import { frameChunk, type FrameChunk, pointsWorld } from './frame-state.js';
import { HessianSample } from './hessian-sample.js';
import { Kinematics } from './kinematics.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { PointBlocks } from './point-blocks.js';
import { PointMotion } from './point-motion.js';
import { jointRows } from './rest-joint-blocks.js';
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
const chunkBytes = 24e6;

/** The energy of a stage and its normal equations, in plain arrays (math.md section 7). */
export class Objective {
  private readonly problem: Problem;
  private readonly terms: FormTerms;
  private readonly layout: Layout;
  private readonly kinematics: Kinematics;
  private readonly restricted: RestrictedHead;
  private readonly dataTerms: DataTerms;
  private readonly data: PointMotion;
  /** Those of the data points that the Hessian is measured on. */
  private readonly sample: HessianSample;
  private readonly sampled: PointMotion;
  private readonly blocks: PointBlocks;
  private readonly curvature: SharedCurvature;
  private readonly neutral: { set: SurfaceSet; curvature: SharedCurvature }[];
  /** For each acceleration term all its points, and those that its Hessian is measured on. */
  private readonly acceleration: { all: PointMotion; thinned: PointMotion; blocks: AccelerationBlocks }[];

  /** @param whole whether the Hessian takes every point, whatever it costs. */
  constructor(problem: Problem, terms: FormTerms, layout: Layout, initial: FitParameters, whole = false) {
    const { head } = problem;
    this.problem = problem;
    this.terms = terms;
    this.layout = layout;
    this.kinematics = new Kinematics(head, initial.jointPose, layout.joints);
    const dataPoints = terms.points.map(({ form }) => form.points);
    const others = [...terms.neutral, ...terms.acceleration].map(({ form }) => form.points);
    this.restricted = new RestrictedHead(head, [...dataPoints, ...others], this.kinematics);
    const setOf = (points: SurfacePoints[]) => new SurfaceSet(head, points, this.restricted.slots, this.kinematics);
    const motionOf = (set: SurfaceSet) => {
      const rows = this.restricted.deformRows.slice(head.expression.count);
      return new PointMotion(set, this.kinematics, layout, head.poseBasis && set.interpolateRows(rows));
    };
    this.dataTerms = new DataTerms(terms.points, layout);
    this.data = motionOf(setOf(dataPoints));
    this.sample = new HessianSample(head, dataPoints, layout, whole);
    this.sampled = this.sample.isWhole ? this.data : motionOf(setOf([this.sample.points]));
    const rows = jointRows(this.restricted, this.sampled.set, this.kinematics, layout);
    const { plan, joints } = rows;
    const ofSample = [this.sample.points];
    this.curvature = new SharedCurvature(head, this.restricted, ofSample, this.sampled.set, layout, plan, joints);
    this.blocks = new PointBlocks(this.restricted, this.sampled.set, this.kinematics, this.curvature, layout, rows);
    this.neutral = terms.neutral.map(({ form }) => {
      const set = setOf([form.points]);
      return { set, curvature: new SharedCurvature(head, this.restricted, [form.points], set, layout) };
    });
    this.acceleration = terms.acceleration.map((term) => {
      const { points, weights } = thinnedPoints(term.form);
      const thinned = motionOf(setOf([points]));
      const blocks = new AccelerationBlocks(term, thinned.set, weights, layout);
      return { all: motionOf(setOf([term.form.points])), thinned, blocks };
    });
  }

  /** Whether the Hessian is measured on a sample of the points. */
  get isSampled(): boolean {
    return !this.sample.isWhole;
  }

  async prepare(engine: ProductEngine): Promise<void> {
    await this.restricted.prepare(engine);
    await this.blocks.prepare(engine);
    await this.curvature.prepare(engine);
    for (const { curvature } of this.neutral) await curvature.prepare(engine);
    for (const { blocks } of this.acceleration) {
      await blocks.prepare(this.restricted, engine);
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
    await this.forChunks(parameters, async (chunk) => {
      for (const state of chunk.states()) {
        this.data.place(state);
        this.dataTerms.evaluate(state.frame, pointsWorld(state, this.data.points), parameters, add);
        this.acceleration.forEach(({ all }, k) => {
          all.place(state);
          evaluation.accelerated[k][state.frame] = pointsWorld(state, all.points);
        });
      }
    });
    this.terms.acceleration.forEach((term, k) => {
      for (let t = 0; t + 2 < this.layout.frameCount; t++) {
        add(term.name, t + 1, tripleEnergy(term, t, evaluation.accelerated[k]));
      }
    });
    for (const [k, { name, weight, form }] of this.terms.neutral.entries()) {
      add(name, -1, form.evaluate(this.restPoints(this.neutral[k].set, parameters), weight));
    }
    diagonalTerms(this.terms, this.problem, this.layout, parameters, add);
    return evaluation;
  }

  /** Fills the normal equations at parameters that were evaluated. */
  async linearise(parameters: FitParameters, { accelerated }: Evaluation, equations: NormalEquations): Promise<void> {
    equations.clear();
    const gradients = new FrameGradients(this.problem.head, this.restricted, this.kinematics, this.layout);
    // While the engine multiplies the rows of one chunk, those of the next are made.
    let products: Promise<unknown> = Promise.resolve();
    await this.forChunks(parameters, async (chunk) => {
      this.blocks.beginChunk(chunk.count);
      gradients.beginChunk(chunk.count);
      for (const state of chunk.states()) {
        gradients.beginFrame(state);
        this.data.pose(state);
        const model = this.dataTerms.linearise(
          state.frame,
          pointsWorld(state, this.data.points),
          parameters,
          equations,
        );
        if (!this.sample.isWhole) this.sampled.pose(state);
        this.sampled.differentiate(state);
        this.blocks.addFrame(state, this.sampled, this.sample.pick(model), equations);
        gradients.addPoints(state, this.data, model.gradient, equations);
        this.acceleration.forEach(({ all, thinned, blocks }, a) => {
          all.pose(state);
          const gradient = accelerationGradient(this.terms.acceleration[a], state.frame, accelerated[a]);
          gradients.addPoints(state, all, gradient, equations);
          thinned.pose(state);
          thinned.differentiate(state);
          blocks.addFrame(state, thinned);
        });
        gradients.endFrame(state);
      }
      await products;
      products = Promise.all([this.blocks.endChunk(chunk.from, equations), gradients.endChunk(equations)]);
    });
    await products;
    await this.blocks.addShared(equations);
    for (const { blocks } of this.acceleration) await blocks.addBlocks(equations);
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

  private async forChunks(parameters: FitParameters, visit: (chunk: FrameChunk) => Promise<void>): Promise<void> {
    const { head } = this.problem;
    const { restricted, kinematics } = this;
    const { frameCount } = this.layout;
    const shaped = { neutral: restricted.neutral(parameters), rest: restricted.restJoints(parameters) };
    const perFrame = this.blocks.bytesPerFrame + restricted.vertexIds.length * 24;
    const size = Math.max(1, Math.min(frameCount, Math.floor(chunkBytes / perFrame)));
    for (let from = 0; from < frameCount; from += size) {
      const count = Math.min(frameCount - from, size);
      await visit(await frameChunk(head, restricted, kinematics, parameters, shaped, from, count));
    }
  }

  /** A set's points on the unposed head, `[N, 3]`. */
  private restPoints(set: SurfaceSet, parameters: FitParameters): Float64Array {
    return Float64Array.from(set.interpolateRows([Float32Array.from(this.restricted.neutral(parameters))]));
  }

  private async addNeutral(
    parameters: FitParameters,
    gradients: FrameGradients,
    equations: NormalEquations,
  ): Promise<void> {
    for (const [k, { weight, form }] of this.terms.neutral.entries()) {
      const { set, curvature } = this.neutral[k];
      const model = { hessian: new Float64Array(set.count * 6), gradient: new Float64Array(set.count * 3) };
      form.evaluate(this.restPoints(set, parameters), weight, model);
      gradients.addNeutral(set, model.gradient);
      curvature.addPointHessian(model.hessian);
      await curvature.addTo(equations);
    }
  }
}
