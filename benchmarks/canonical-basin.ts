import { type Alignment } from '../src/alignment/alignment.js';
import { templateEmbedding } from '../src/canonical/template-cube.js';
import { buildProblem } from '../src/fitting/build-problem.js';
import { copyParameters, type FitParameters } from '../src/fitting/parameters.js';
import { defaultStages } from '../src/fitting/stages.js';
import { startParameters } from '../src/fitting/start-parameters.js';
import { multiplyRotations, rotationFromAxisAngle } from '../src/geometry/rotation.js';
import { loadHeadModel } from '../src/io/head-model-file.js';
import { createRandom, type Random } from '../src/synth/random.js';
import { syntheticCanonical } from '../src/synth/synthetic-canonical.js';
import { type BenchmarkResult, defaultSolver, type Run, runStages } from './benchmark.js';
import { createWorkload, vertexRms } from './workload.js';

const startCount = 100;
/** How far each start is from the truth: degrees about a random axis, metres in a random direction. */
const [turnDegrees, shiftMetres] = [30, 0.05];
/**
 * A fit has converged when its head is this near to that of a fit that began at the truth, metres RMS, or its energy as
 * low: one view leaves depth and size to the priors, along a valley in which either fit may stop first.
 */
const sameMinimum = 1e-3;
const sameEnergy = 1.01;
/** Every so manieth start is also made from the maps' own matches. */
const matchedStep = 5;

/**
 * Fits from canonical evidence alone: exact maps of one picture, the template's embedding, no alignment. Each begins 30
 * degrees and 5 cm beside the truth; some once more where the maps' own matches put the head, as a fit without landmarks really starts.
 */
export async function canonicalBasin(size: number): Promise<BenchmarkResult> {
  const head = await loadHeadModel();
  const embedding = templateEmbedding(head, head);
  const solver = await defaultSolver();
  const total = Math.max(1, Math.round(startCount * size));
  const sum = { converged: 0, matched: 0, convergedFromMatches: 0, seconds: 0, iterations: 0, energy: 0, worst: 0 };
  const errors: number[] = [];
  for (let k = 0; k < total; k++) {
    const { alignment, cameras, truth } = createWorkload(head, {
      frameCount: 1,
      viewCount: 1,
      points: head.landmarks68!,
      seed: k + 1,
    });
    const canonical = syntheticCanonical(head, truth, embedding, { size: 256 });
    const options = {
      head,
      cameras,
      canonical,
      alignment: blindAlignment(alignment),
      // The truth's joints are at rest, and their blocks cost more than all else.
      joints: [],
      terms: { canonical: { embedding, textureSize: 0, sampleCount: 800 } },
    };
    const problem = buildProblem(options);
    const stages = defaultStages(problem, solver.name);
    const reference = await runStages(solver, problem, truth, stages.slice(-1));
    const fromBeside = await runStages(solver, problem, besideTruth(truth, createRandom(k + 1).fork('start')), stages);
    const hasConverged = (run: Run) =>
      vertexRms(head, run.parameters, reference.parameters) <= sameMinimum ||
      run.energy <= sameEnergy * reference.energy;
    errors.push(vertexRms(head, fromBeside.parameters, truth));
    if (hasConverged(fromBeside)) sum.converged++;
    if (k % matchedStep === 0) {
      const begun = startParameters(options, problem, cameras, false);
      sum.matched++;
      if (hasConverged(await runStages(solver, problem, begun, stages))) sum.convergedFromMatches++;
    }
    sum.seconds += fromBeside.seconds;
    sum.iterations += fromBeside.iterations;
    sum.energy += fromBeside.energy;
    sum.worst = Math.max(sum.worst, fromBeside.iterations);
  }
  errors.sort((a, b) => a - b);
  return {
    seconds: sum.seconds,
    iterations: sum.iterations / total,
    finalEnergy: sum.energy / total,
    converged: sum.converged >= 0.95 * total,
    starts: total,
    convergedStarts: sum.converged,
    startsFromMatches: sum.matched,
    convergedFromMatches: sum.convergedFromMatches,
    mostIterations: sum.worst,
    medianTruthErrorMm: 1000 * errors[total >> 1],
    worstTruthErrorMm: 1000 * errors[total - 1],
  };
}

/** The alignment's frames and cameras with nothing seen. */
function blindAlignment(alignment: Alignment): Alignment {
  return { ...alignment, sigma: new Float32Array(alignment.sigma.length) };
}

function besideTruth(truth: FitParameters, random: Random): FitParameters {
  const direction = () => {
    const v = [random.normal(), random.normal(), random.normal()];
    return v.map((x) => x / Math.hypot(...v));
  };
  const start = copyParameters(truth);
  start.shape.fill(0);
  start.expression.fill(0);
  const turn = direction().map((x) => (x * turnDegrees * Math.PI) / 180);
  start.headRotation.set(multiplyRotations(truth.headRotation, rotationFromAxisAngle(turn)));
  direction().forEach((x, axis) => (start.headTranslation[axis] += shiftMetres * x));
  return start;
}
