import { buildProblem } from '../src/fitting/build-problem.js';
import { neutralParameters } from '../src/fitting/parameters.js';
import { defaultStages } from '../src/fitting/stages.js';
import { loadHeadModel } from '../src/io/head-model-file.js';
import { multiplyRotations, rotationFromAxisAngle } from '../src/geometry/rotation.js';
import { createRandom } from '../src/synth/random.js';
import { type BenchmarkResult, defaultSolver, runStages } from './benchmark.js';
import { createWorkload } from './workload.js';

const frameCount = 3;
/** An energy this much above that of a start at the truth counts as the same minimum. */
const tolerance = 1.01;

/**
 * 200 starts without any initialisation: one camera, the head up to 90 degrees and 5 cm away from its pose in each
 * frame, the focal length up to 30 per cent wrong. A success reaches the energy that a start at the truth reaches.
 */
export async function starts(size: number): Promise<BenchmarkResult> {
  const head = await loadHeadModel();
  const points = head.landmarks478 ?? head.landmarks68!;
  const solver = await defaultSolver();
  const statuses: Record<string, number> = {};
  const total = Math.max(1, Math.round(200 * size));
  const sum = { successes: 0, seconds: 0, iterations: 0, energy: 0, worst: 0 };
  for (let k = 0; k < total; k++) {
    const random = createRandom(k + 1).fork('start');
    const { alignment, cameras, truth } = createWorkload(head, { frameCount, viewCount: 1, points, seed: k + 1 });
    const problem = buildProblem({ head, alignment });
    problem.cameras[0].cameraFromWorld.set(cameras[0].cameraFromWorld);
    const wrong = random.uniform(0.7, 1.3);
    for (const entry of [0, 4]) problem.cameras[0].K[entry] = cameras[0].K[entry] * wrong;
    const start = neutralParameters(head, problem.cameras, frameCount);
    for (let f = 0; f < frameCount; f++) {
      const axis = [random.normal(), random.normal(), random.normal()];
      const angle = random.uniform(0, Math.PI / 2) / Math.hypot(...axis);
      const turn = rotationFromAxisAngle(axis.map((x) => x * angle));
      start.headRotation.set(multiplyRotations(truth.headRotation.subarray(f * 9, f * 9 + 9), turn), f * 9);
      for (let a = 0; a < 3; a++) {
        start.headTranslation[f * 3 + a] = truth.headTranslation[f * 3 + a] + random.uniform(-0.05, 0.05);
      }
    }
    const run = await runStages(solver, problem, start);
    const best = await runStages(solver, problem, truth, defaultStages(problem, solver.name).slice(-1));
    const status = run.statuses[run.statuses.length - 1].split(' ')[1];
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (run.energy <= best.energy * tolerance) sum.successes++;
    sum.seconds += run.seconds;
    sum.iterations += run.iterations;
    sum.energy += run.energy;
    sum.worst = Math.max(sum.worst, run.iterations);
  }
  return {
    seconds: sum.seconds,
    iterations: sum.iterations / total,
    finalEnergy: sum.energy / total,
    converged: sum.successes === total,
    starts: total,
    successes: sum.successes,
    successRate: sum.successes / total,
    mostIterations: sum.worst,
    statuses,
  };
}
