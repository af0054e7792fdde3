import { type EnergyTerm, type ParameterName } from '../energies/energy-term.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Camera } from '../geometry/camera.js';
import { type FitParameters } from './parameters.js';

/** What a solver minimises: `sum of terms` over the parameters, the same for every solver. */
export interface Problem {
  head: HeadModel;
  terms: EnergyTerm[];
  /** `[F]` seconds. */
  times: Float64Array;
  /** `[C]` the cameras as the fit found them; camera priors and `logFocal` refer to them. */
  cameras: Camera[];
  /** `[M]` vertices whose offsets may be free. */
  offsetVertices: Int32Array;
  /** `[J]` 1 where a joint may move. The root is the head pose's, so it never does. */
  freeJoints: Uint8Array;
  /** `[C]` 1 where extrinsics may be refined; one camera at least is the world. */
  freeCameras: Uint8Array;
  /** `[C]` cameras with the same number share one unknown focal length; -1: the focal length is known. */
  focalGroups: Int32Array;
  /** `[D, D, 3]` the template's canonical embedding, with which the texture begins; absent where no term has one. */
  canonicalTexture?: Float64Array;
}

/** One stage of a fit: data, not code. */
export interface Stage {
  name: string;
  free: ParameterName[];
  /** Names of the terms that count in this stage; all where absent. */
  terms?: string[];
  /** Most steps (adamw) or iterations (gauss-newton). */
  maxSteps: number;
  /** Relative change of the energy at which the stage has converged. */
  tolerance: number;
}

export type FitStatus = 'converged' | 'maxSteps' | 'diverged' | 'nan' | 'aborted' | 'noObservations';

/** How a stage ended. */
export interface StageOutcome {
  stage: string;
  status: FitStatus;
  steps: number;
  /** Energy at the start and after each step. */
  energies: number[];
  /** Energy of each term at the end. */
  terms: Record<string, number>;
  seconds: number;
  /** One sentence where the status needs it: a NaN names its term, stage and step. */
  message?: string;
  parameters: FitParameters;
}

export interface StepReport {
  stage: string;
  step: number;
  maxSteps: number;
  energy: number;
}

/** Where a solver is between two steps of a stage, as named arrays of numbers. */
export type SolverState = Record<string, Float64Array>;

export interface SolverHooks {
  onStep?: (report: StepReport) => void;
  /** Called between steps; what `state` returns is a copy from which `resume` goes on. */
  onState?: (state: () => SolverState) => Promise<void>;
  /** Goes on from here; the initial parameters are those with which the stage began. */
  resume?: SolverState;
  signal?: AbortSignal;
}

/** A solver minimises the problem over the stage's free parameters, from the given ones; it never throws for a bad fit. */
export interface Solver {
  name: 'gauss-newton' | 'adamw';
  solve(problem: Problem, initial: FitParameters, stage: Stage, hooks?: SolverHooks): Promise<StageOutcome>;
}
