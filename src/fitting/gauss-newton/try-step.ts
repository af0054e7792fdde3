import { type FitParameters } from '../parameters.js';
import { type Problem } from '../problem.js';
import { initialActiveSet, pinViolations, stepBounds } from './active-set.js';
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
export async function tryStep(context: StepContext, at: Evaluation): Promise<TriedStep | undefined> {
  const { problem, layout, parameters, equations, damping, objective } = context;
  const bounds = stepBounds(problem.head, layout, parameters);
  const active = initialActiveSet(bounds, equations);
  const diagonal = damping.diagonal(equations, (t) => equations.block(t));
  let step: Step | undefined;
  for (let round = 0; round < mostPinnings; round++) {
    step = context.solver.solve({ damping: diagonal, ...active });
    if (!step || pinViolations(bounds, step, active) === 0) break;
  }
  if (!step) return undefined;
  clampStep(step, bounds.lower, bounds.upper);
  const moved = takeStep(problem.head, layout, parameters, step);
  const { predicted, predictedFrames } = predictFall(equations, step, at.frames.length);
  return { parameters: moved, evaluation: await objective.evaluate(moved), predicted, predictedFrames };
}

function clampStep(step: Step, lower: Step, upper: Step): void {
  for (const part of ['frames', 'shared'] as const) {
    for (let i = 0; i < step[part].length; i++) {
      step[part][i] = Math.min(upper[part][i], Math.max(lower[part][i], step[part][i]));
    }
  }
}

/** `-(g d + d H d / 2)`, split by the frames' rows. */
function predictFall(equations: NormalEquations, step: Step, frameCount: number) {
  const curved = equations.multiply(step);
  const { gradient, n } = equations;
  const predictedFrames = new Float64Array(frameCount);
  let predicted = 0;
  for (let i = 0; i < step.frames.length; i++) {
    const fall = -step.frames[i] * (gradient.frames[i] + curved.frames[i] / 2);
    predictedFrames[Math.floor(i / n)] += fall;
    predicted += fall;
  }
  for (let i = 0; i < step.shared.length; i++) {
    predicted -= step.shared[i] * (gradient.shared[i] + curved.shared[i] / 2);
  }
  return { predicted, predictedFrames };
}
