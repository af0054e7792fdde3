import { adamw } from '../src/fitting/adamw.js';
import { buildProblem } from '../src/fitting/build-problem.js';
import { initialise } from '../src/fitting/initialise.js';
import { defaultStages } from '../src/fitting/stages.js';
import { vertexSurfacePoints } from '../src/flame/head-model.js';
import { backendStarters } from '../src/io/backend-starters.js';
import { startBackend } from '../src/tensor/backend.js';
import { withJointLimits } from './adamw-step.js';
import { type BenchmarkResult, defaultSolver, runStages } from './benchmark.js';
import { createFullSizeHead } from './full-size-head.js';
import { runTorchAdamw, type Steps } from './peers/adamw-torch.js';
import { createWorkload, vertexRms } from './workload.js';

/** Energies that agree to this, relative. */
const tolerance = 1e-3;

/**
 * Both solvers on 32 frames of four cameras, every vertex: Gauss-Newton to its end; AdamW from the same rigid start, in
 * PyTorch for 1,000 steps or until it is there (times `size`; FLOWFIT_PYTHON as in `adamw-step`) and ours for 20, whose
 * steps are the same ones. How many times longer AdamW needs to an energy within 0.1 per cent of Gauss-Newton's; where
 * it is not there at the end, at least so many times.
 */
export async function adamwAgainstGaussNewton(size: number): Promise<BenchmarkResult> {
  const backend = await startBackend(backendStarters(process.cwd()), 'wasm');
  const head = withJointLimits(createFullSizeHead());
  const points = vertexSurfacePoints(head);
  const { alignment, cameras, truth } = createWorkload(head, { frameCount: 32, viewCount: 4, points });
  const problem = buildProblem({ head, alignment, cameras });
  const initial = initialise(head, alignment, cameras, false);
  const ours = await runStages(await defaultSolver(), problem, initial);
  const all = defaultStages(problem, 'adamw').at(-1)!;
  const paper = await runStages(adamw(), problem, initial, [{ ...all, maxSteps: Math.round(20 * size) }]);
  const torch = await runTorchAdamw(problem, initial, Math.round(1000 * size));
  const secondsPerStep = paper.seconds / Math.max(1, paper.iterations);
  const cpuSecondsPerStep = paper.cpuSeconds / Math.max(1, paper.iterations);
  return {
    seconds: ours.seconds,
    cpuSeconds: ours.cpuSeconds,
    iterations: ours.iterations,
    finalEnergy: ours.energy,
    converged: ours.converged,
    vertexErrorMm: 1000 * vertexRms(head, ours.parameters, truth),
    backend: backend.name,
    adamwSecondsPerStep: secondsPerStep,
    adamwCpuSecondsPerStep: cpuSecondsPerStep,
    ...(torch && compare(torch, ours, { secondsPerStep, cpuSecondsPerStep })),
    statuses: ours.statuses,
  };
}

/** How many times Gauss-Newton's time AdamW takes to its energy, on the clock and on the processor. */
function compare(
  { energies, milliseconds, processor, engine }: Steps,
  ours: { seconds: number; cpuSeconds: number; energy: number },
  step: { secondsPerStep: number; cpuSecondsPerStep: number },
) {
  const there = energies.findIndex((energy) => energy <= ours.energy * (1 + tolerance));
  const steps = there < 0 ? energies.length : there;
  const sum = (values: number[]) => values.slice(0, steps).reduce((total, value) => total + value, 0) / 1000;
  return {
    torch: engine,
    torchSteps: steps,
    torchIsThere: there >= 0,
    torchEnergyOverOurs: Math.min(...energies) / ours.energy - 1,
    timesFasterThanTorch: sum(milliseconds) / ours.seconds,
    timesFasterThanTorchCpu: sum(processor) / ours.cpuSeconds,
    timesFasterThanOurAdamw: (steps * step.secondsPerStep) / ours.seconds,
    timesFasterThanOurAdamwCpu: (steps * step.cpuSecondsPerStep) / ours.cpuSeconds,
  };
}
