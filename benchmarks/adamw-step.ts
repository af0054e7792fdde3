import { adamw } from '../src/fitting/adamw.js';
import { buildProblem } from '../src/fitting/build-problem.js';
import { initialise } from '../src/fitting/initialise.js';
import { type FitParameters } from '../src/fitting/parameters.js';
import { type Problem, type Stage, type StepReport } from '../src/fitting/problem.js';
import { type HeadModel, vertexSurfacePoints } from '../src/flame/head-model.js';
import { backendStarters } from '../src/io/backend-starters.js';
import { startBackend } from '../src/tensor/backend.js';
import { type BenchmarkResult } from './benchmark.js';
import { createFullSizeHead } from './full-size-head.js';
import { runTorchAdamw, type Steps } from './peers/adamw-torch.js';
import { createWorkload } from './workload.js';

const stage: Stage = {
  name: 'all',
  free: ['headPose', 'shape', 'expression', 'jointPose'],
  maxSteps: 0,
  tolerance: 0,
};
/** Rounds in which each side takes its turn, so that the load of a shared machine falls on all alike. */
const rounds = 3;

/**
 * One AdamW step on 32 frames of four cameras, every vertex: this project's with and without fused kernels, and
 * PyTorch's where Python has it (environment variable FLOWFIT_PYTHON, default `python3`), on the same energy from the
 * same start.
 */
export async function adamwStep(size: number): Promise<BenchmarkResult> {
  const backend = await startBackend(backendStarters(process.cwd()), 'wasm');
  const head = withJointLimits(createFullSizeHead());
  const points = vertexSurfacePoints(head);
  const { alignment, cameras } = createWorkload(head, { frameCount: 32, viewCount: 4, points });
  const problem = buildProblem({ head, alignment, cameras });
  const initial = initialise(head, alignment, cameras, false);
  const steps = Math.max(5, Math.round(15 * size));
  const sides: Record<string, () => Promise<Steps | undefined>> = {
    fused: () => timeSteps(problem, initial, steps, true),
    plain: () => timeSteps(problem, initial, Math.max(5, Math.round(steps / 3)), false),
    torch: () => runTorchAdamw(problem, initial, steps),
    torchOneThread: () => runTorchAdamw(problem, initial, steps, 1),
  };
  const turns: Record<string, Steps[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [side, measure] of Object.entries(sides)) {
      const measured = await measure();
      if (measured) (turns[side] ??= []).push(measured);
    }
  }
  const step = (side: string) => median(turns[side].flatMap(({ milliseconds }) => warm(milliseconds)));
  const { fused, torch } = turns;
  const differences = Object.values(turns).flatMap(([{ energies }]) =>
    energies.slice(0, 5).map((energy, k) => Math.abs(energy / fused[0].energies[k] - 1)),
  );
  return {
    seconds: step('fused') / 1000,
    iterations: steps,
    finalEnergy: fused[0].energies[steps],
    converged: false,
    backend: backend.name,
    torch: torch ? torch[0].engine : 'not installed (FLOWFIT_PYTHON names a Python that has it)',
    stepMs: Object.fromEntries(Object.entries(turns).map(([side, all]) => [side, describe(all)])),
    timesTorch: torch ? step('fused') / Math.min(step('torch'), step('torchOneThread')) : undefined,
    timesFasterThanPlain: step('plain') / step('fused'),
    energyDifference: Math.max(...differences),
  };
}

/** Milliseconds and energies of the solver's steps. */
async function timeSteps(problem: Problem, initial: FitParameters, steps: number, fused: boolean): Promise<Steps> {
  const result: Steps = { milliseconds: [], processor: [], energies: [] };
  let [time, usage] = [0, process.cpuUsage()];
  const onStep = ({ energy }: StepReport) => {
    const { user, system } = process.cpuUsage(usage);
    if (result.energies.length > 0) {
      result.milliseconds.push(performance.now() - time);
      result.processor.push((user + system) / 1000);
    }
    result.energies.push(energy);
    [time, usage] = [performance.now(), process.cpuUsage()];
  };
  await adamw({ fused }).solve(problem, initial, { ...stage, maxSteps: steps }, { onStep });
  return result;
}

/** FLAME's usual freedom: jaw and eyes. */
export function withJointLimits(head: HeadModel): HeadModel {
  const free = [0, 0, 1, 1, 1];
  const perAxis = (value: number) => Float32Array.from({ length: 15 }, (_, i) => free[Math.floor(i / 3)] * value);
  return { ...head, jointLimits: { lower: perAxis(-0.5), upper: perAxis(0.5), sigma: new Float32Array(15).fill(0.2) } };
}

/** Without the first steps, in which code is still being compiled. */
function warm(milliseconds: number[]): number[] {
  return milliseconds.slice(Math.min(2, milliseconds.length - 1));
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Of the steps of all rounds: least and median on the clock, median on the processor. */
function describe(rounds: Steps[]): { least: number; median: number; processor: number } {
  const rounded = (value: number) => Math.round(value * 10) / 10;
  const clock = rounds.flatMap(({ milliseconds }) => warm(milliseconds));
  const processor = rounds.flatMap((round) => warm(round.processor));
  return {
    least: rounded(Math.min(...clock)),
    median: rounded(median(clock)),
    processor: rounded(median(processor)),
  };
}
