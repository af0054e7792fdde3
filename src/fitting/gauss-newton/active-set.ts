import { type HeadModel } from '../../flame/head-model.js';
import { type FitParameters } from '../parameters.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';
import { type StepConstraints } from './solve-bordered.js';
import { type Step } from './take-step.js';

/** What is fixed for a step, and by how much a fixed unknown still moves. */
export type ActiveSet = Pick<StepConstraints, 'fixed' | 'pinned'>;

/** Bounds of every unknown as steps from where it is: `[F, n]` and `[s]` each, infinite where there are none. */
export interface StepBounds {
  lower: Step;
  upper: Step;
}

/** How far each unknown may go from given parameters. */
export function stepBounds(head: HeadModel, layout: Layout, { shape, expression }: FitParameters): StepBounds {
  const { frameCount, frameSize, sharedSize, poseSize, expressionSize, shapeSize } = layout;
  const filled = (value: number): Step => ({
    frames: new Float64Array(frameCount * frameSize).fill(value),
    shared: new Float64Array(sharedSize).fill(value),
  });
  const bounds = { lower: filled(-Infinity), upper: filled(Infinity) };
  for (let t = 0; t < frameCount; t++) {
    for (let e = 0; e < expressionSize; e++) {
      const at = t * frameSize + poseSize + e;
      bounds.lower.frames[at] = head.expression.lower[e] - expression[t * expressionSize + e];
      bounds.upper.frames[at] = head.expression.upper[e] - expression[t * expressionSize + e];
    }
  }
  for (let k = 0; k < shapeSize; k++) {
    bounds.lower.shared[k] = head.shape.lower[k] - shape[k];
    bounds.upper.shared[k] = head.shape.upper[k] - shape[k];
  }
  return bounds;
}

/** Fixes the unknowns that stand at a bound and are pushed beyond it. */
export function initialActiveSet({ lower, upper }: StepBounds, { gradient }: NormalEquations): ActiveSet {
  const fix = (part: keyof Step) =>
    Uint8Array.from(gradient[part], (slope, i) =>
      (lower[part][i] >= 0 && slope > 0) || (upper[part][i] <= 0 && slope < 0) ? 1 : 0,
    );
  return {
    fixed: { frames: fix('frames'), shared: fix('shared') },
    pinned: { frames: new Float64Array(gradient.frames.length), shared: new Float64Array(gradient.shared.length) },
  };
}

/**
 * Pins the unknowns that a step takes past their bounds to those bounds.
 *
 * @returns how many were pinned.
 */
export function pinViolations({ lower, upper }: StepBounds, step: Step, { fixed, pinned }: ActiveSet): number {
  let count = 0;
  for (const part of ['frames', 'shared'] as const) {
    for (let i = 0; i < step[part].length; i++) {
      const inside = Math.min(upper[part][i], Math.max(lower[part][i], step[part][i]));
      if (inside === step[part][i] || fixed[part][i]) continue;
      fixed[part][i] = 1;
      pinned[part][i] = inside;
      count++;
    }
  }
  return count;
}
