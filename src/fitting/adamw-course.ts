import { type SolverState } from './problem.js';
import { type UnknownBlock } from './unknowns.js';

/** First and second moments of one block. */
export interface Moments {
  mean: Float64Array;
  variance: Float64Array;
}

/** What changes from step to step of AdamW. */
export interface Course {
  moments: Moments[];
  /** Values of the free blocks at the least energy seen. */
  best: Float64Array[];
  bestEnergy: number;
  /** Before each step. */
  energies: number[];
  rate: number;
  /** Steps since the energy was last better. */
  sinceBest: number;
}

/** A course at its first step. */
export function beginCourse(free: UnknownBlock[], rate: number): Course {
  return {
    moments: free.map(({ values }) => ({
      mean: new Float64Array(values.length),
      variance: new Float64Array(values.length),
    })),
    best: free.map(({ values }) => values.slice()),
    bestEnergy: Infinity,
    energies: [],
    rate,
    sinceBest: 0,
  };
}

/** Copies of the blocks' values and of the course, under names of their own. */
export function courseState(course: Course, free: UnknownBlock[]): SolverState {
  const { moments, best, bestEnergy, energies, rate, sinceBest } = course;
  const perBlock = free.flatMap(({ name, values }, k) => [
    [`${name}.values`, values.slice()] as const,
    [`${name}.mean`, moments[k].mean.slice()] as const,
    [`${name}.variance`, moments[k].variance.slice()] as const,
    [`${name}.best`, best[k].slice()] as const,
  ]);
  return {
    ...Object.fromEntries(perBlock),
    energies: Float64Array.from(energies),
    schedule: Float64Array.of(bestEnergy, rate, sinceBest),
  };
}

/** The opposite of {@link courseState}; sets the blocks' values too. */
export function resumeCourse(state: SolverState, free: UnknownBlock[]): Course {
  free.forEach(({ name, values }) => values.set(state[`${name}.values`]));
  const [bestEnergy, rate, sinceBest] = state.schedule;
  return {
    moments: free.map(({ name }) => ({
      mean: state[`${name}.mean`].slice(),
      variance: state[`${name}.variance`].slice(),
    })),
    best: free.map(({ name }) => state[`${name}.best`].slice()),
    bestEnergy,
    energies: Array.from(state.energies),
    rate,
    sinceBest,
  };
}

/** Keeps the best values, and cools the rate after `patience` steps without better ones. */
export function watchPlateau(
  course: Course,
  free: UnknownBlock[],
  energy: number,
  factor: number,
  patience: number,
): void {
  if (energy < course.bestEnergy * (1 - 1e-7)) {
    course.bestEnergy = energy;
    course.best = free.map(({ values }) => values.slice());
    course.sinceBest = 0;
  } else if (++course.sinceBest >= patience) {
    course.rate *= factor;
    course.sinceBest = 0;
  }
}
