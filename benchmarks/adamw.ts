import { adamw } from '../src/fitting/adamw.js';
import { buildProblem } from '../src/fitting/build-problem.js';
import { initialise } from '../src/fitting/initialise.js';
import { defaultStages } from '../src/fitting/stages.js';
import { vertexSurfacePoints } from '../src/flame/head-model.js';
import { backendStarters } from '../src/io/backend-starters.js';
import { startBackend } from '../src/tensor/backend.js';
import { type BenchmarkResult, defaultSolver, runStages } from './benchmark.js';
import { createFullSizeHead } from './full-size-head.js';
import { createWorkload, vertexRms } from './workload.js';

/** Energies that agree to this, relative. */
const tolerance = 1e-3;

/**
 * Both solvers on 32 frames of four cameras, every vertex: Gauss-Newton to its end, then AdamW from the same rigid
 * start for 20 steps (times `size`), with the seconds per step and how far above Gauss-Newton's energy it still is.
 */
export async function adamwAgainstGaussNewton(size: number): Promise<BenchmarkResult> {
  const backend = await startBackend(backendStarters(process.cwd()), 'wasm');
  const head = createFullSizeHead();
  const points = vertexSurfacePoints(head);
  const { alignment, cameras, truth } = createWorkload(head, { frameCount: 32, viewCount: 4, points });
  const problem = buildProblem({ head, alignment, cameras });
  const initial = initialise(head, alignment, cameras, false);
  const ours = await runStages(await defaultSolver(), problem, initial);
  const all = defaultStages(problem, 'adamw').at(-1)!;
  const paper = await runStages(adamw(), problem, initial, [{ ...all, maxSteps: Math.round(20 * size) }]);
  const secondsPerStep = paper.seconds / Math.max(1, paper.iterations);
  return {
    seconds: ours.seconds,
    cpuSeconds: ours.cpuSeconds,
    iterations: ours.iterations,
    finalEnergy: ours.energy,
    converged: ours.converged,
    vertexErrorMm: 1000 * vertexRms(head, ours.parameters, truth),
    backend: backend.name,
    adamwSteps: paper.iterations,
    adamwSecondsPerStep: secondsPerStep,
    adamwEnergy: paper.energy,
    adamwAtSameEnergy: paper.energy <= ours.energy * (1 + tolerance),
    adamwStepsInOurTime: ours.seconds / secondsPerStep,
    statuses: ours.statuses,
  };
}
