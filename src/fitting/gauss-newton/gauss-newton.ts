import { type EnergyTerm, type ParameterName } from '../../energies/energy-term.js';
import { plainProducts, type ProductEngine } from '../../tensor/product-engine.js';
import { createPause } from '../event-loop.js';
import { needsRefresh, refreshTerms } from '../refresh-terms.js';
import { copyParameters, type FitParameters, flattenParameters, unflattenParameters } from '../parameters.js';
import {
  type FitStatus,
  type Problem,
  type Solver,
  type SolverHooks,
  type SolverState,
  type Stage,
  type StageOutcome,
} from '../problem.js';
import { Damping } from './damping.js';
import { sortByForm } from './form-terms.js';
import { stageLayout } from './layout.js';
import { Objective, type Evaluation } from './objective.js';
import { NormalEquations } from './normal-equations.js';
import { BorderedSolver } from './solve-bordered.js';
import { acceptStep, rejectStep } from './step-damping.js';
import { tryStep, type TriedStep } from './try-step.js';

export interface GaussNewtonOptions {
  /** Who computes the large products. */
  engine?: ProductEngine;
  /** Levenberg-Marquardt factor of the first step. */
  initialDamping?: number;
}

/** Damping under which a step is as good as undamped. */
const lightDamping = 1e-2;
/** A sample of the points tells a step well that falls by this part of what its Hessian promises. */
const trustedGain = 0.6;
/** Tries of one step, each with more damping, before the stage ends. */
const mostTries = 25;
/** Those that may damp single frames; after them all are, so that the last steps are as short as can be. */
const mostBlamings = 8;
/** Steps between two refreshes of what terms hold fixed. */
const refreshPeriod = 4;
/** Relative change of the energy that a refresh makes at a minimum, by points that come and go at the head's outline. */
const refreshNoise = 1e-3;

/**
 * Gauss-Newton with Levenberg-Marquardt damping over all free parameters jointly (math.md section 7).
 *
 * Minimises the same energy as `adamw`, from the terms' Gauss-Newton forms and without autodiff. A step that raises the
 * energy is rejected and the damping of the frames that rose grows.
 */
export function gaussNewton({ engine = plainProducts, initialDamping = 1e-5 }: GaussNewtonOptions = {}): Solver {
  return {
    name: 'gauss-newton',
    async solve(problem, initial, stage, hooks = {}) {
      const run = new StageRun(problem, initial, stage, hooks, initialDamping, engine);
      try {
        await run.prepare();
        return await run.run();
      } finally {
        await run.dispose();
      }
    },
  };
}

class StageRun {
  private objective: Objective;
  private readonly createObjective: (whole: boolean) => Objective;
  private readonly engine: ProductEngine;
  private readonly problem: Problem;
  private readonly stage: Stage;
  private readonly hooks: SolverHooks;
  private readonly layout;
  private readonly equations: NormalEquations;
  private readonly solver: BorderedSolver;
  private readonly damping: Damping;
  private readonly started = performance.now();
  private readonly secondsBefore: number;
  private readonly energies: number[];
  private readonly pause = createPause();
  private readonly terms: EnergyTerm[];
  private parameters: FitParameters;

  constructor(
    problem: Problem,
    initial: FitParameters,
    stage: Stage,
    hooks: SolverHooks,
    initialDamping: number,
    engine: ProductEngine,
  ) {
    const terms = problem.terms.filter(({ weight, name }) => weight > 0 && (stage.terms?.includes(name) ?? true));
    const reads = new Set<ParameterName>(terms.flatMap((term) => term.reads));
    const forms = sortByForm(terms);
    this.engine = engine;
    this.problem = problem;
    this.terms = terms;
    this.stage = stage;
    this.hooks = hooks;
    this.parameters = copyParameters(initial);
    const data = forms.points.map(({ form }) => form);
    this.layout = stageLayout(problem, stage.free, reads, data);
    this.createObjective = (whole) => new Objective(problem, forms, this.layout, initial, whole);
    this.objective = this.createObjective(hooks.resume?.sampled[0] === 0);
    this.equations = new NormalEquations(this.layout, forms.acceleration.length > 0);
    this.solver = new BorderedSolver(this.equations);
    this.damping = new Damping(this.layout.frameCount, initialDamping);
    // The energy of the state itself is evaluated again.
    this.energies = Array.from(hooks.resume?.energies ?? []).slice(0, -1);
    this.secondsBefore = hooks.resume?.seconds[0] ?? 0;
    if (hooks.resume) this.restore(hooks.resume);
  }

  async prepare(): Promise<void> {
    await this.objective.prepare(this.engine);
    await this.solver.prepare(this.engine);
  }

  async dispose(): Promise<void> {
    await this.objective.dispose();
    await this.solver.dispose();
  }

  async run(): Promise<StageOutcome> {
    const { maxSteps, tolerance } = this.stage;
    let at = await this.refresh();
    let lowest = Infinity;
    for (let step = this.energies.length; ; step++) {
      if (step > 0 && step % refreshPeriod === 0 && needsRefresh(this.terms)) at = await this.refresh();
      this.energies.push(at.energy);
      this.hooks.onStep?.({ stage: this.stage.name, step, maxSteps, energy: at.energy });
      await this.pause();
      await this.hooks.onState?.(() => this.state());
      if (this.hooks.signal?.aborted) return this.outcome('aborted', at);
      if (!Number.isFinite(at.energy)) return this.outcome('nan', at, notFinite(at, this.stage, step));
      if (step >= maxSteps) return this.outcome('maxSteps', at);
      await this.objective.linearise(this.parameters, at, this.equations);
      if (step === 0 && !hasCurvature(this.equations))
        return this.outcome('noObservations', at, 'nothing was observed.');
      const tried = await this.findStep(at);
      if (typeof tried === 'string') return this.outcome(tried, at, this.failure(tried, at, step));
      this.parameters = tried.parameters;
      const settled = this.hasSettled(tried.evaluation.energy, tried.predicted, tolerance * at.energy);
      if (!settled && at.energy - tried.evaluation.energy < trustedGain * tried.predicted) await this.takeAllPoints();
      at = tried.evaluation;
      const renewed = settled && needsRefresh(this.terms) ? await this.refresh() : at;
      const changed = Math.abs(renewed.energy - at.energy) > Math.max(tolerance, refreshNoise) * at.energy;
      const isLower = at.energy < (1 - refreshNoise) * lowest;
      if (settled) lowest = Math.min(lowest, at.energy);
      at = renewed;
      // A minimum that a refresh moves counts once no later one is lower.
      if (settled && !(changed && isLower)) {
        this.energies.push(at.energy);
        this.hooks.onStep?.({ stage: this.stage.name, step: step + 1, maxSteps, energy: at.energy });
        return this.outcome('converged', at);
      }
    }
  }

  /** The energy after the terms have renewed what they hold fixed. */
  private async refresh(): Promise<Evaluation> {
    const solves = this.stage.free.filter((name) => name === 'canonicalTexture');
    refreshTerms(this.problem, this.terms, this.parameters, solves);
    return this.objective.evaluate(this.parameters);
  }

  /**
   * Measures the Hessian on every point from here on: a sample of points that move unlike their neighbours, such as those
   * of lips and eyeballs, can leave out what holds the step.
   */
  private async takeAllPoints(): Promise<boolean> {
    if (!this.objective.isSampled) return false;
    await this.objective.dispose();
    this.objective = this.createObjective(true);
    await this.objective.prepare(this.engine);
    return true;
  }

  private state(): SolverState {
    return {
      ...flattenParameters(this.parameters),
      energies: Float64Array.from(this.energies),
      damping: this.damping.factors.slice(),
      dampingGrowth: this.damping.growth.slice(),
      sampled: Float64Array.of(this.objective.isSampled ? 1 : 0),
      seconds: Float64Array.of(this.seconds()),
    };
  }

  private restore(state: SolverState): void {
    this.parameters = unflattenParameters(state, this.problem);
    this.damping.factors.set(state.damping);
    this.damping.growth.set(state.dampingGrowth);
  }

  private seconds(): number {
    return this.secondsBefore + (performance.now() - this.started) / 1000;
  }

  /** Tries steps with growing damping until one lowers the energy, or says why none does. */
  private async findStep(at: Evaluation): Promise<TriedStep | 'converged' | 'diverged' | 'nan' | 'aborted'> {
    const { problem, layout, parameters, equations, solver, damping } = this;
    let last: TriedStep | undefined;
    for (let attempt = 0; attempt < mostTries; attempt++) {
      if (this.hooks.signal?.aborted) return 'aborted';
      const { objective } = this;
      const tried = await tryStep({ problem, layout, parameters, equations, solver, damping, objective });
      if (tried && tried.evaluation.energy <= at.energy) {
        acceptStep(damping, at, tried);
        return tried;
      }
      if (tried && tried.predicted <= 1e-9 * at.energy) return 'converged';
      if (await this.takeAllPoints()) {
        await this.objective.linearise(parameters, at, equations);
        continue;
      }
      rejectStep(damping, at, attempt < mostBlamings ? tried : undefined);
      last = tried ?? last;
    }
    if (last && !Number.isFinite(last.evaluation.energy)) return 'nan';
    // Where the energy has a kink the model promises a fall that no step finds.
    const lastFall = (this.energies.at(-2) ?? Infinity) - at.energy;
    return last && Math.min(last.predicted, lastFall) <= this.stage.tolerance * at.energy ? 'converged' : 'diverged';
  }

  /**
   * Whether the energy has stopped falling. A heavily damped step that falls little may only be short, so then the mean
   * of the last three counts, whatever the model still promises.
   */
  private hasSettled(energy: number, predicted: number, limit: number): boolean {
    const fall = (count: number) => ((this.energies.at(-count) ?? Infinity) - energy) / count;
    return this.damping.largest <= lightDamping ? Math.max(fall(1), predicted) <= limit : fall(3) <= limit;
  }

  private failure(status: FitStatus, at: Evaluation, step: number): string | undefined {
    const where = `in stage '${this.stage.name}' at step ${step}`;
    if (status === 'nan') return notFinite(at, this.stage, step);
    if (status === 'diverged') return `gauss-newton: no step lowers the energy ${at.energy.toPrecision(6)} ${where}.`;
    return undefined;
  }

  private outcome(status: FitStatus, at: Evaluation, message?: string): StageOutcome {
    return {
      stage: this.stage.name,
      status,
      steps: Math.max(0, this.energies.length - 1),
      energies: this.energies,
      terms: at.terms,
      seconds: this.seconds(),
      message,
      parameters: this.parameters,
    };
  }
}

function notFinite({ terms }: Evaluation, { name: stage }: Stage, step: number): string {
  const name = Object.keys(terms).find((term) => !Number.isFinite(terms[term])) ?? 'the gradient of a term';
  return `gauss-newton: ${name} is not finite in stage '${stage}' at step ${step}.`;
}

function hasCurvature({ band, shared }: NormalEquations): boolean {
  return band[0].some((value) => value !== 0) || shared.some((value) => value !== 0);
}
