import { buildProblem } from '../src/fitting/build-problem.js';
import { initialise } from '../src/fitting/initialise.js';
import { type BenchmarkResult, defaultSolver, runStages } from './benchmark.js';
import { createFullSizeHead } from './full-size-head.js';
import { createWorkload } from './workload.js';

const frameCounts = [64, 128, 256, 512, 1024];
const viewCount = 4;

/** Processor seconds per frame and iteration as a sequence grows: four cameras, 478 landmarks. */
export async function scaling(size: number): Promise<BenchmarkResult> {
  const head = createFullSizeHead({ shapeCount: 100, expressionCount: 52 });
  const points = head.landmarks478!;
  const rows = [];
  for (const count of frameCounts) {
    const frames = Math.max(3, Math.round(count * size));
    const { alignment, cameras } = createWorkload(head, { frameCount: frames, viewCount, points });
    const problem = buildProblem({ head, alignment, cameras });
    const initial = initialise(head, alignment, cameras, false);
    const run = await runStages(await defaultSolver(), problem, initial);
    const msPerFrame = (1000 * run.cpuSeconds) / (frames * run.iterations);
    rows.push({ frames, msPerFrame, run });
  }
  const { run } = rows[rows.length - 1];
  return {
    seconds: rows.reduce((sum, row) => sum + row.run.seconds, 0),
    cpuSeconds: rows.reduce((sum, row) => sum + row.run.cpuSeconds, 0),
    iterations: Math.max(...rows.map((row) => row.run.iterations)),
    finalEnergy: run.energy,
    converged: rows.every((row) => row.run.converged),
    msPerFrameAndIteration: Object.fromEntries(rows.map(({ frames, msPerFrame }) => [frames, msPerFrame])),
    // Without the first, in which code is still being compiled.
    largestOverSmallest:
      Math.max(...rows.slice(1).map(({ msPerFrame }) => msPerFrame)) /
      Math.min(...rows.slice(1).map(({ msPerFrame }) => msPerFrame)),
  };
}
