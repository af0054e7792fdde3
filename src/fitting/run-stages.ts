import { type FitCheckpoint, type FitSnapshot } from './checkpoint.js';
import { type FitParameters, flattenParameters, unflattenParameters } from './parameters.js';
import {
  type FitStatus,
  type Problem,
  type Solver,
  type SolverState,
  type Stage,
  type StageOutcome,
} from './problem.js';

export interface FitProgress {
  stage: string;
  /** Which stage of how many, from 0. */
  stageIndex: number;
  stageCount: number;
  step: number;
  maxSteps: number;
  energy: number;
}

export interface RunStagesOptions {
  checkpoint?: FitCheckpoint;
  onProgress?: (progress: FitProgress) => void;
  signal?: AbortSignal;
}

/** How the stages ended, those of an earlier run included. */
export interface StagesRun {
  parameters: FitParameters;
  outcomes: Omit<StageOutcome, 'parameters'>[];
  status: FitStatus;
  message?: string;
  energy: number;
}

/** Seconds between snapshots inside a stage. */
const snapshotPeriod = 5;

/**
 * Runs the stages one after the other, from the checkpoint's snapshot where it has one. A stage that fails is the last.
 *
 * @param begin the parameters to start from where there is no snapshot.
 * @throws the snapshot is of another fit.
 */
export async function runStages(
  problem: Problem,
  solver: Solver,
  stages: Stage[],
  begin: () => FitParameters,
  { checkpoint, onProgress, signal }: RunStagesOptions = {},
): Promise<StagesRun> {
  const names = stages.map(({ name }) => name);
  const saved = await checkpoint?.load();
  if (saved) checkStages(saved, names);
  const outcomes = saved?.outcomes.slice() ?? [];
  let parameters = saved ? unflattenParameters(saved.start, problem) : begin();
  const save = (stageIndex: number, state?: SolverState) =>
    checkpoint?.save({
      stages: names,
      stageIndex,
      outcomes,
      start: flattenParameters(parameters),
      solver: state,
    });
  if (!saved) await save(0);
  let lastSave = performance.now();
  for (let stageIndex = saved?.stageIndex ?? 0; stageIndex < stages.length; stageIndex++) {
    const stage = stages[stageIndex];
    const { parameters: reached, ...outcome } = await solver.solve(problem, parameters, stage, {
      signal,
      resume: stageIndex === saved?.stageIndex ? saved.solver : undefined,
      onStep: ({ step, maxSteps, energy }) =>
        onProgress?.({ stage: stage.name, stageIndex, stageCount: stages.length, step, maxSteps, energy }),
      onState: async (state) => {
        if (performance.now() - lastSave < 1000 * (checkpoint?.everySeconds ?? snapshotPeriod)) return;
        await save(stageIndex, state());
        lastSave = performance.now();
      },
    });
    parameters = reached;
    outcomes.push(outcome);
    if (['aborted', 'nan', 'diverged'].includes(outcome.status)) break;
    await save(stageIndex + 1);
    lastSave = performance.now();
  }
  const last = outcomes.at(-1);
  return {
    parameters,
    outcomes,
    status: last?.status ?? 'noObservations',
    message: last ? last.message : 'no face was seen in any frame.',
    energy: last?.energies.at(-1) ?? NaN,
  };
}

/** @throws the snapshot is of a fit with other stages. */
export function checkStages({ stages: saved }: FitSnapshot, names: string[]): void {
  const [expected, got] = [names.join(', '), saved.join(', ')];
  if (got !== expected) throw new Error(`fit snapshot: expected the stages ${expected}, got ${got}.`);
}
