import { cpus, totalmem } from 'node:os';
import { fastestProducts } from '../src/alignment/onnx-products.js';
import { gaussNewton } from '../src/fitting/gauss-newton/gauss-newton.js';
import { type FitParameters } from '../src/fitting/parameters.js';
import { type Problem, type Solver, type Stage } from '../src/fitting/problem.js';
import { defaultStages } from '../src/fitting/stages.js';

/** What every benchmark reports; numbers of its own come beside. */
export interface BenchmarkResult {
  /** Of the solver alone. */
  seconds: number;
  iterations: number;
  finalEnergy: number;
  converged: boolean;
  [own: string]: unknown;
}

export type Benchmark = (size: number) => Promise<BenchmarkResult>;

/** A solver's way through the stages of a problem. */
export interface Run {
  parameters: FitParameters;
  seconds: number;
  /** Of all threads; on a machine with other work it says more than the clock. */
  cpuSeconds: number;
  iterations: number;
  energy: number;
  converged: boolean;
  statuses: string[];
}

/** Runs a solver through stages, the default ones if none are given. */
export async function runStages(
  solver: Solver,
  problem: Problem,
  initial: FitParameters,
  stages: Stage[] = defaultStages(problem, solver.name),
): Promise<Run> {
  const run: Run = {
    parameters: initial,
    seconds: 0,
    cpuSeconds: 0,
    iterations: 0,
    energy: NaN,
    converged: false,
    statuses: [],
  };
  const cpuBefore = process.cpuUsage();
  for (const stage of stages) {
    const outcome = await solver.solve(problem, run.parameters, stage);
    run.parameters = outcome.parameters;
    run.seconds += outcome.seconds;
    run.iterations += outcome.steps;
    run.energy = outcome.energies[outcome.energies.length - 1];
    run.converged = outcome.status === 'converged';
    run.statuses.push(`${stage.name}: ${outcome.status} after ${outcome.steps}`);
    if (outcome.status === 'nan' || outcome.status === 'diverged') break;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  run.cpuSeconds = (user + system) / 1e6;
  return run;
}

/** The default solver as `track` uses it. */
export async function defaultSolver(): Promise<Solver> {
  return gaussNewton({ engine: await fastestProducts() });
}

/** What the numbers were measured on. */
export function machine(): string {
  const cores = cpus();
  return `${cores.length} x ${cores[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}
