import * as tf from '@tensorflow/tfjs';
import { beginCourse, courseState, type Moments, resumeCourse, watchPlateau } from './adamw-course.js';
import { createPause } from './event-loop.js';
import { type FitParameters } from './parameters.js';
import { type Problem, type Solver, type SolverHooks, type Stage, type StageOutcome } from './problem.js';
import { TensorObjective } from './tensor-objective.js';
import { needsRefresh, refreshTerms } from './refresh-terms.js';
import { foldUnknowns, unknownBlocks, unknownTensors, type UnknownBlock, type UnknownTensors } from './unknowns.js';

export interface AdamwOptions {
  learningRate?: number;
  betas?: [number, number];
  /** Decoupled weight decay. Zero by default: the priors are terms of the energy, and decay would move its minimum. */
  weightDecay?: number;
  /** The plateau schedule: after `patience` steps without a better energy the rate is multiplied by `factor`. */
  factor?: number;
  patience?: number;
  /** Fused kernels in the place of tfjs operations; default: where the backend's tensors lie in memory. */
  fused?: boolean;
}

/**
 * AdamW on all free parameters jointly, with a plateau schedule: the solver of the paper (FlowFace section 3.2;
 * learning rate 1e-2, factor 0.5, patience 30), by tfjs autodiff.
 *
 * A stage has converged when the schedule has cooled the rate below a hundredth of its start, or when the best energy
 * fell by less than `tolerance` (relative) over two patiences. The best parameters seen are returned.
 */
export function adamw(options: AdamwOptions = {}): Solver {
  return {
    name: 'adamw',
    solve: (problem, initial, stage, hooks) => solve(problem, initial, stage, hooks ?? {}, options),
  };
}

/** Steps between two refreshes of what terms hold fixed. */
const refreshPeriod = 25;

async function solve(
  problem: Problem,
  initial: FitParameters,
  stage: Stage,
  hooks: SolverHooks,
  options: AdamwOptions,
): Promise<StageOutcome> {
  const { learningRate = 1e-2, betas = [0.9, 0.999], weightDecay = 0, factor = 0.5, patience = 30 } = options;
  const started = performance.now();
  const terms = problem.terms.filter((term) => term.weight > 0 && (!stage.terms || stage.terms.includes(term.name)));
  const objective = new TensorObjective(problem, terms, initial, options.fused);
  const blocks = unknownBlocks(problem, initial);
  const reads = objective.reads();
  const free = blocks.filter(({ parameter }) => stage.free.includes(parameter) && reads.has(parameter));
  const course = hooks.resume ? resumeCourse(hooks.resume, free) : beginCourse(free, learningRate);
  const { moments, energies } = course;
  const secondsBefore = hooks.resume?.seconds[0] ?? 0;
  const seconds = () => secondsBefore + (performance.now() - started) / 1000;
  let status: StageOutcome['status'] = 'maxSteps';
  let message: string | undefined;
  const pause = createPause();
  for (let step = energies.length; step <= stage.maxSteps; step++) {
    await pause();
    await hooks.onState?.(() => ({ ...courseState(course, free), seconds: Float64Array.of(seconds()) }));
    if (hooks.signal?.aborted) {
      status = 'aborted';
      break;
    }
    if (needsRefresh(terms) && step % refreshPeriod === 0) {
      refreshTerms(problem, terms, foldUnknowns(problem, initial, blocks));
      objective.forgetConstants();
      if (step > 0) course.bestEnergy = await energyOfBest(objective, blocks, free, course.best);
    }
    const { energy, gradients } = await energyAndGradients(objective, blocks, free);
    if (!Number.isFinite(energy) || gradients.some((gradient) => gradient.some((value) => !Number.isFinite(value)))) {
      status = 'nan';
      message = nameOfNaN(objective, blocks, stage, step);
      break;
    }
    energies.push(energy);
    hooks.onStep?.({ stage: stage.name, step, maxSteps: stage.maxSteps, energy });
    watchPlateau(course, free, energy, factor, patience);
    if (course.rate < learningRate / 100 || hasSettled(energies, 2 * patience, stage.tolerance)) {
      status = 'converged';
      break;
    }
    tieFocalLengths(problem, free, gradients);
    free.forEach((block, k) => updateBlock(block, gradients[k], moments[k], step + 1, course.rate, betas, weightDecay));
  }
  free.forEach((block, k) => block.values.set(course.best[k]));
  const tensors = unknownTensors(blocks);
  const byTerm = objective.energyByTerm(tensors);
  tf.dispose(Object.values(tensors));
  objective.dispose();
  return {
    stage: stage.name,
    status,
    steps: Math.max(0, energies.length - 1),
    energies,
    terms: byTerm,
    seconds: seconds(),
    message,
    parameters: foldUnknowns(problem, initial, blocks),
  };
}

/** The energy and its gradient with respect to each free block, in the block's own values. */
async function energyAndGradients(
  objective: TensorObjective,
  blocks: UnknownBlock[],
  free: UnknownBlock[],
): Promise<{ energy: number; gradients: Float32Array[] }> {
  const tensors = unknownTensors(blocks);
  const inputs = free.map(({ name }) => tensors[name]!);
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
    const unknowns = { ...tensors, ...Object.fromEntries(free.map(({ name }, k) => [name, xs[k]])) } as UnknownTensors;
    return objective.energy(unknowns);
  })(inputs);
  const energy = (await value.data())[0];
  const gradients = (await Promise.all(grads.map((gradient) => gradient.data()))) as Float32Array[];
  tf.dispose([value, ...grads, ...Object.values(tensors)]);
  return { energy, gradients };
}

/** The energy at the best values seen, which a refresh has changed. */
async function energyOfBest(
  objective: TensorObjective,
  blocks: UnknownBlock[],
  free: UnknownBlock[],
  best: Float64Array[],
): Promise<number> {
  const tensors = unknownTensors(
    blocks.map((block) => (free.includes(block) ? { ...block, values: best[free.indexOf(block)] } : block)),
  );
  const energy = objective.energy(tensors);
  const [value] = await energy.data();
  tf.dispose([energy, ...Object.values(tensors)]);
  return value;
}

/** One AdamW step of a block, in its optimiser units, projected onto the bounds. */
function updateBlock(
  block: UnknownBlock,
  gradient: Float32Array,
  { mean, variance }: Moments,
  step: number,
  rate: number,
  [beta1, beta2]: [number, number],
  weightDecay: number,
): void {
  const { values, unit, free, lower, upper } = block;
  for (let i = 0; i < values.length; i++) {
    if (free[i] === 0) continue;
    const g = gradient[i] * unit;
    mean[i] = beta1 * mean[i] + (1 - beta1) * g;
    variance[i] = beta2 * variance[i] + (1 - beta2) * g * g;
    const direction = mean[i] / (1 - beta1 ** step) / (Math.sqrt(variance[i] / (1 - beta2 ** step)) + 1e-8);
    values[i] -= rate * (unit * direction + weightDecay * values[i]);
    if (lower) values[i] = Math.max(lower[i], values[i]);
    if (upper) values[i] = Math.min(upper[i], values[i]);
  }
}

/** Cameras of one focal group share one unknown: the sum of their gradients moves them all. */
function tieFocalLengths(problem: Problem, free: UnknownBlock[], gradients: Float32Array[]): void {
  const gradient = gradients[free.findIndex(({ name }) => name === 'logFocal')];
  if (!gradient) return;
  const totals = new Map<number, number>();
  problem.focalGroups.forEach((group, c) => totals.set(group, (totals.get(group) ?? 0) + gradient[c]));
  problem.focalGroups.forEach((group, c) => (gradient[c] = totals.get(group)!));
}

function hasSettled(energies: number[], window: number, tolerance: number): boolean {
  if (energies.length <= window) return false;
  const earlier = Math.min(...energies.slice(0, -window));
  const now = Math.min(...energies.slice(-window));
  return earlier - now < tolerance * Math.abs(earlier);
}

function nameOfNaN(objective: TensorObjective, blocks: UnknownBlock[], stage: Stage, step: number): string {
  const tensors = unknownTensors(blocks);
  const byTerm = objective.energyByTerm(tensors);
  tf.dispose(Object.values(tensors));
  const term = Object.keys(byTerm).find((name) => !Number.isFinite(byTerm[name])) ?? 'the gradient of a term';
  return `adamw: ${term} is not finite in stage '${stage.name}' at step ${step}.`;
}
