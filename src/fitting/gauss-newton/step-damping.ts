import { type Damping } from './damping.js';
import { type Evaluation } from './objective.js';
import { type TriedStep } from './try-step.js';

/** What a frame has to rise by, against the fall of all that the model promised, to be damped more than the others. */
const guiltyRise = 0.1;
/** A frame that is damped more than this hardly moves: what it rises by is the others' doing. */
const mostOwnDamping = 10;

/** Less damping after a step that did as promised; a frame that rose all the same keeps to itself. */
export function acceptStep(damping: Damping, at: Evaluation, { evaluation, predicted }: TriedStep): void {
  const count = at.frames.length;
  const gain = (at.energy - evaluation.energy) / Math.max(predicted, Number.MIN_VALUE);
  for (let t = 0; t < count; t++) {
    const rise = evaluation.frames[t] - at.frames[t];
    damping.accept(t, rise > guiltyRise * predicted && damping.factors[t] < mostOwnDamping ? -1 : gain);
  }
  damping.accept(count, gain);
}

/**
 * More damping where the energy rose; everywhere when it is no single frame's fault.
 *
 * @param tried absent where there was no step to tell by.
 */
export function rejectStep(damping: Damping, at: Evaluation, tried: TriedStep | undefined): void {
  const count = at.frames.length;
  const isGuilty = (t: number) =>
    tried !== undefined &&
    !(tried.evaluation.frames[t] - at.frames[t] <= guiltyRise * tried.predicted) &&
    damping.factors[t] < mostOwnDamping;
  const blame = Array.from(at.frames, (_, t) => isGuilty(t));
  const all = !blame.includes(true) || !blame.includes(false);
  for (let t = 0; t < count; t++) if (all || blame[t]) damping.reject(t);
  if (all) damping.reject(count);
}
