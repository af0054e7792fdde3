import { existsSync } from 'node:fs';
import { buildProblem } from '../src/fitting/build-problem.js';
import { adamw } from '../src/fitting/adamw.js';
import { initialise } from '../src/fitting/initialise.js';
import { defaultStages } from '../src/fitting/stages.js';
import { type HeadModel, vertexSurfacePoints } from '../src/flame/head-model.js';
import { backendStarters } from '../src/io/backend-starters.js';
import { loadHeadModel } from '../src/io/head-model-file.js';
import { importHeadModel } from '../src/io/head-models/import-head-model.js';
import { startBackend } from '../src/tensor/backend.js';
import { type BenchmarkResult, defaultSolver, runStages } from './benchmark.js';
import { createWorkload, vertexRms } from './workload.js';

/** FLAME 2023 Open, where the shared test data lies beside the repository. */
const flame = '../shared/data/flame2023-open/flame2023_open_60.npz';
const [frameCount, viewCount] = [3, 4];

/**
 * Whether both solvers arrive at the same minimum: calibrated cameras, every vertex, the default terms. AdamW runs from
 * the rigid start with two rates, the second ten times finer, and once more from Gauss-Newton's minimum, which it must
 * not leave.
 */
export async function agree(size: number): Promise<BenchmarkResult> {
  await startBackend(backendStarters(process.cwd()), 'wasm');
  const heads = [await loadHeadModel()];
  if (existsSync(flame)) heads.push(await importHeadModel(flame));
  else console.error(`agree: ${flame} is absent; FLAME 2023 Open is left out.`);
  const sets = [];
  for (const head of heads) sets.push(await compare(head, size));
  return {
    seconds: sets.reduce((sum, { seconds }) => sum + seconds, 0),
    iterations: Math.max(...sets.map(({ iterations }) => iterations)),
    finalEnergy: sets[0].finalEnergy,
    converged: sets.every(({ converged }) => converged),
    worstVertexDifferenceMm: Math.max(...sets.map(({ vertexDifferenceMm }) => vertexDifferenceMm)),
    sets,
  };
}

async function compare(head: HeadModel, size: number) {
  const points = vertexSurfacePoints(head);
  const { alignment, cameras, truth } = createWorkload(head, { frameCount, viewCount, points });
  const problem = buildProblem({ head, alignment, cameras });
  const initial = initialise(head, alignment, cameras, false);
  const ours = await runStages(await defaultSolver(), problem, initial);
  const [pose] = defaultStages(problem, 'adamw');
  const all = defaultStages(problem, 'adamw').at(-1)!;
  const started = await runStages(await defaultSolver(), problem, initial, [pose]);
  const steps = { ...all, maxSteps: Math.round(1500 * size), tolerance: 1e-7 };
  const coarse = await runStages(adamw(), problem, started.parameters, [steps]);
  const fine = await runStages(adamw({ learningRate: 1e-3 }), problem, coarse.parameters, [steps]);
  const stayed = await runStages(adamw({ learningRate: 1e-4 }), problem, ours.parameters, [
    { ...steps, maxSteps: 200 },
  ]);
  return {
    head: head.name,
    seconds: ours.seconds,
    cpuSeconds: ours.cpuSeconds,
    iterations: ours.iterations,
    finalEnergy: ours.energy,
    converged: ours.converged,
    vertexErrorMm: 1000 * vertexRms(head, ours.parameters, truth),
    adamwSeconds: coarse.seconds + fine.seconds,
    adamwSteps: coarse.iterations + fine.iterations,
    adamwEnergy: fine.energy,
    adamwEnergyFromOurs: stayed.energy,
    adamwDriftMm: 1000 * vertexRms(head, ours.parameters, stayed.parameters),
    vertexDifferenceMm: 1000 * vertexRms(head, ours.parameters, fine.parameters),
  };
}
