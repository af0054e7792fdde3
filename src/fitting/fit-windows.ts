import { selectFrames } from '../alignment/select-frames.js';
import { buildProblem } from './build-problem.js';
import { blendFrame, selectFrameParameters } from './frame-parameters.js';
import { type FitSequenceOptions } from './fit-sequence.js';
import { selectMaps } from './canonical-frames.js';
import { flattenParameters, type FitParameters, neutralParameters, unflattenParameters } from './parameters.js';
import { type Problem, type Solver, type Stage, type StageOutcome } from './problem.js';
import { checkStages, type StagesRun } from './run-stages.js';
import { SharedMean } from './shared-mean.js';
import { startParameters } from './start-parameters.js';
import {
  overlappingWindows,
  type Part,
  spreadSubsets,
  subsetTerms,
  type Window,
  windowShare,
  windowStage,
  windowTerms,
} from './windows.js';

/**
 * Fits a sequence of which only `size` frames can be solved at once.
 *
 * What all frames share comes from subsets, every k-th run of frames each: each holds a k-th of the evidence and of the
 * priors, so the mean of their solutions is near the solution of all frames together. The frames' own parameters then come from overlapping windows. Both windows of an overlap hold all
 * accelerations around the seam, and go over into each other where the effect of either one's end has died away.
 *
 * @param problem the whole sequence.
 */
export async function fitWindows(
  options: FitSequenceOptions,
  problem: Problem,
  solver: Solver,
  stages: Stage[],
  size: number,
): Promise<StagesRun> {
  const run = new WindowedRun(options, problem, solver, stages, size);
  return run.run();
}

class WindowedRun {
  private readonly subsets: Part[];
  private readonly windows: Window[];
  private readonly outcomes: StagesRun['outcomes'] = [];
  private mean = new SharedMean();
  private whole: FitParameters;

  constructor(
    private readonly options: FitSequenceOptions,
    private readonly problem: Problem,
    private readonly solver: Solver,
    private readonly stages: Stage[],
    size: number,
  ) {
    if (options.extraTerms?.length) throw new Error('fitSequence: extra terms cannot be cut into windows.');
    this.subsets = spreadSubsets(options.alignment.frameCount, size);
    this.windows = overlappingWindows(options.alignment.frameCount, size);
    this.whole =
      options.initial ??
      neutralParameters(options.head, problem.cameras, problem.times.length, problem.canonicalTexture);
  }

  async run(): Promise<StagesRun> {
    const { checkpoint } = this.options;
    const parts = [...this.subsets, ...this.windows];
    const names = parts.map(({ name }) => name);
    const saved = await checkpoint?.load();
    if (saved) {
      checkStages(saved, names);
      this.whole = unflattenParameters(saved.start, this.problem);
      this.mean = new SharedMean(saved.start);
      this.outcomes.push(...saved.outcomes);
    }
    for (let k = saved?.stageIndex ?? 0; k < parts.length; k++) {
      const last =
        k < this.subsets.length ? await this.solveSubset(k) : await this.solveWindow(k - this.subsets.length);
      if (last.status === 'aborted' || last.status === 'nan') return this.ended([last]);
      const start = { ...flattenParameters(this.whole), ...this.mean.state };
      await checkpoint?.save({ stages: names, stageIndex: k + 1, outcomes: this.outcomes, start });
    }
    return this.ended(this.outcomes.slice(-this.windows.length));
  }

  /** The result, with the status of the first of the deciding outcomes that has not converged. */
  private ended(deciding: StagesRun['outcomes']): StagesRun {
    const { status, message } = deciding.find((outcome) => outcome.status !== 'converged') ?? deciding[0];
    const energy = deciding.reduce((sum, { energies }) => sum + energies[energies.length - 1], 0);
    return { parameters: this.whole, outcomes: this.outcomes, status, message, energy };
  }

  private async solveSubset(index: number): Promise<StagesRun['outcomes'][number]> {
    const part = this.subsets[index];
    const problem = this.partProblem(
      part,
      subsetTerms(this.options.terms, part, part.frames.length / this.problem.times.length),
    );
    const begin = index === 0 ? this.firstStart(part) : this.nextStart(part);
    const stages = index === 0 ? this.stages : this.stages.slice(-1);
    const { parameters, last } = await this.solve(part, problem, begin, stages);
    part.frames.forEach((frame, k) => blendFrame(this.whole, frame, parameters, k, 1));
    if (last.status !== 'noObservations') this.mean.add(problem, parameters);
    this.whole = this.mean.applyTo(this.problem, this.whole);
    return last;
  }

  private async solveWindow(index: number): Promise<StagesRun['outcomes'][number]> {
    const window = this.windows[index];
    const problem = this.partProblem(window, windowTerms(this.options.terms, window));
    const begin = selectFrameParameters(this.whole, window.frames);
    const { parameters, last } = await this.solve(window, problem, begin, [windowStage(this.stages.at(-1)!)]);
    window.frames.forEach((frame, k) => {
      blendFrame(this.whole, frame, parameters, k, k < window.overlap ? windowShare(k, window.overlap) : 1);
    });
    return last;
  }

  private partProblem(part: Part, terms: FitSequenceOptions['terms']): Problem {
    const { options, problem } = this;
    return buildProblem({
      ...this.part(part.frames),
      terms,
      cameras: problem.cameras,
      uncalibrated: options.uncalibrated ?? !options.cameras,
    });
  }

  /** The options of some of the frames. */
  private part(frames: number[]): FitSequenceOptions {
    const { options } = this;
    return {
      ...options,
      alignment: selectFrames(options.alignment, frames),
      canonical: options.canonical && selectMaps(options.canonical, frames),
    };
  }

  private firstStart({ frames }: Part): FitParameters {
    const { options, problem } = this;
    if (options.initial) return selectFrameParameters(options.initial, frames);
    return startParameters(this.part(frames), problem, problem.cameras, !options.cameras);
  }

  /** A new start with the shape and the cameras as they are known by now. */
  private nextStart({ frames }: Part): FitParameters {
    const { options, whole } = this;
    const shared = selectFrameParameters(whole, frames);
    if (options.initial) return { ...shared, ...framesOf(selectFrameParameters(options.initial, frames)) };
    const rigid = startParameters(this.part(frames), this.problem, whole.cameras, false);
    return { ...shared, ...framesOf(rigid) };
  }

  private async solve(part: Part, problem: Problem, begin: FitParameters, stages: Stage[]) {
    const { signal, onProgress } = this.options;
    const stageCount = this.subsets.length + this.windows.length;
    const stageIndex = this.partIndex(part);
    let parameters = begin;
    let last: StageOutcome | undefined;
    for (const stage of stages) {
      last = await this.solver.solve(problem, parameters, stage, {
        signal,
        onStep: ({ step, maxSteps, energy }) =>
          onProgress?.({ stage: `${part.name}, ${stage.name}`, stageIndex, stageCount, step, maxSteps, energy }),
      });
      const { parameters: reached, ...outcome } = last;
      this.outcomes.push({ ...outcome, stage: `${part.name}, ${stage.name}` });
      parameters = reached;
      if (['aborted', 'nan', 'diverged'].includes(last.status)) break;
    }
    return { parameters, last: last! };
  }

  private partIndex(part: Part): number {
    const index = this.subsets.indexOf(part);
    return index >= 0 ? index : this.subsets.length + this.windows.indexOf(part as Window);
  }
}

function framesOf({ expression, jointPose, headRotation, headTranslation }: FitParameters) {
  return { expression, jointPose, headRotation, headTranslation };
}
