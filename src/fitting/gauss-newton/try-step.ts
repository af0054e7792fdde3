import { type FitParameters } from '../parameters.js';
import { type Problem } from '../problem.js';
import { type ActiveSet, initialActiveSet, pinViolations, stepBounds } from './active-set.js';
import { type Damping } from './damping.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type Evaluation, type Objective } from './objective.js';
import { type BorderedSolver } from './solve-bordered.js';
import { type Step, takeStep } from './take-step.js';

export interface StepContext {
  problem: Problem;
  layout: Layout;
  parameters: FitParameters;
  equations: NormalEquations;
  solver: BorderedSolver;
  damping: Damping;
  objective: Objective;
}

/** Where a step leads. */
export interface TriedStep {
  parameters: FitParameters;
  evaluation: Evaluation;
  /** How far the quadratic model falls, in all and by each frame `[F]`. */
  predicted: number;
  predictedFrames: Float64Array;
}

/** Solves of one step while coefficients run into their bounds. */
const mostPinnings = 4;

/** One damped step inside the bounds, and the energy there; undefined where the equations cannot be solved. */
export async function tryStep(context: StepContext): Promise<TriedStep | undefined> {
  const { problem, layout, parameters, equations, damping, objective } = context;
  const bounds = stepBounds(problem.head, layout, parameters);
  const active = initialActiveSet(bounds, equations);
  const diagonal = damping.diagonal(equations, (t) => equations.block(t));
  let step: Step | undefined;
  for (let round = 0; round < mostPinnings; round++) {
    step = await context.solver.solve({ damping: diagonal, ...active });
    if (!step || pinViolations(bounds, step, active) === 0) break;
  }
  if (!step) return undefined;
  const curved = clampStep(step, bounds.lower, bounds.upper) || hasPins(active) ? equations.multiply(step) : undefined;
  const moved = takeStep(problem.head, layout, parameters, step);
  const { predicted, predictedFrames } = predictFall(equations, step, diagonal, curved);
  return { parameters: moved, evaluation: await objective.evaluate(moved), predicted, predictedFrames };
}

/** Takes a step back inside its bounds; whether there was need. */
function clampStep(step: Step, lower: Step, upper: Step): boolean {
  let changed = false;
  for (const part of ['frames', 'shared'] as const) {
    for (let i = 0; i < step[part].length; i++) {
      const inside = Math.min(upper[part][i], Math.max(lower[part][i], step[part][i]));
      changed ||= inside !== step[part][i];
      step[part][i] = inside;
    }
  }
  return changed;
}

function hasPins({ pinned }: ActiveSet): boolean {
  return [pinned.frames, pinned.shared].some((values) => values.some((value) => value !== 0));
}

/**
 * `-(g d + d H d / 2)`, split by the frames' rows.
 *
 * @param curved `H d` where it is not `-g - D d`, what the damped equations say for every unknown that moved.
 */
function predictFall({ gradient, n, frameCount }: NormalEquations, step: Step, damping: Step, curved?: Step) {
  const predictedFrames = new Float64Array(frameCount);
  const fall = (part: keyof Step, i: number) => {
    const product = curved ? curved[part][i] : -gradient[part][i] - damping[part][i] * step[part][i];
    return -step[part][i] * (gradient[part][i] + product / 2);
  };
  let predicted = 0;
  for (let i = 0; i < step.frames.length; i++) predictedFrames[Math.floor(i / n)] += fall('frames', i);
  for (let i = 0; i < step.shared.length; i++) predicted += fall('shared', i);
  return { predicted: predictedFrames.reduce((sum, value) => sum + value, predicted), predictedFrames };
}
