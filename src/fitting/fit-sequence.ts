import { type Alignment } from '../alignment/alignment.js';
import { fastestProducts } from '../alignment/onnx-products.js';
import { cameraPerImage } from '../alignment/camera-per-image.js';
import { type CanonicalSequence } from '../canonical/canonical-map.js';
import { buildProblem, type ProblemOptions, unknownCameras } from './build-problem.js';
import { mapPerImage } from './canonical-frames.js';
import { type FitCheckpoint } from './checkpoint.js';
import { estimateCameras } from './estimate-cameras.js';
import { fitWindows } from './fit-windows.js';
import { gaussNewton } from './gauss-newton/gauss-newton.js';
import { type FitParameters } from './parameters.js';
import { type FitStatus, type Problem, type Solver, type Stage, type StageOutcome } from './problem.js';
import { reprojectionResiduals, type ResidualReport } from './residuals.js';
import { type FitProgress, runStages } from './run-stages.js';
import { defaultStages } from './stages.js';
import { startParameters } from './start-parameters.js';
import { affordableFrames, checkWindowFrames } from './windows.js';

export interface FitSequenceOptions extends ProblemOptions {
  solver?: Solver;
  stages?: Stage[];
  /** Start here instead of from rigid poses. */
  initial?: FitParameters;
  /** Most frames solved at once, by default as many as memory allows; longer sequences go by overlapping windows. */
  windowFrames?: number;
  /** Where the fit keeps how far it has come, and goes on from. */
  checkpoint?: FitCheckpoint;
  onProgress?: (progress: FitProgress) => void;
  signal?: AbortSignal;
}

/** A fit, whole or as far as it came: `status` says which. */
export interface FitResult {
  /** `converged`, or why not; a fit never throws for bad evidence. */
  status: FitStatus;
  message?: string;
  parameters: FitParameters;
  problem: Problem;
  alignment: Alignment;
  residuals: ResidualReport;
  stages: Omit<StageOutcome, 'parameters'>[];
  solver: { name: Solver['name']; iterations: number; energy: number; seconds: number };
  /** `[F]` 1 where some camera saw the face; the other frames stand on their neighbours and the temporal term. */
  frameObserved: Uint8Array;
}

/**
 * Fits the head model to an alignment: all frames and cameras in one problem, shape and offsets shared.
 *
 * @throws the input is wrong (a camera count that does not match, a region that the head lacks); never for a bad fit.
 */
export async function fitSequence(given: FitSequenceOptions): Promise<FitResult> {
  const options = separateFocals(given);
  const { alignment, cameras, solver = gaussNewton({ engine: await fastestProducts() }) } = options;
  if (cameras && cameras.length !== alignment.viewCount) {
    throw new Error(`fitSequence: expected ${alignment.viewCount} cameras as in the alignment, got ${cameras.length}.`);
  }
  const problem = cameras ? buildProblem(options) : uncalibratedProblem(options);
  const frameObserved = observedFrames(alignment, options.canonical);
  const stages = options.stages ?? defaultStages(problem, solver.name);
  const begin = () => startParameters(options, problem, problem.cameras, !cameras);
  const observed = frameObserved.some((seen) => seen === 1);
  const size = options.windowFrames ?? affordableFrames(problem);
  checkWindowFrames(size);
  const windowed = observed && !options.unordered && alignment.frameCount > size;
  const run = windowed
    ? await fitWindows(options, problem, solver, stages, size)
    : await runStages(problem, solver, observed ? stages : [], begin, options);
  const { parameters, outcomes } = run;
  return {
    status: run.status,
    message: run.message,
    parameters,
    problem,
    alignment,
    residuals: reprojectionResiduals(options.head, alignment, parameters),
    stages: outcomes,
    solver: {
      name: solver.name,
      iterations: outcomes.reduce((sum, { steps }) => sum + steps, 0),
      energy: run.energy,
      seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0),
    },
    frameObserved,
  };
}

/** Unordered photographs with a focal length each are pictures of as many cameras. */
function separateFocals(options: FitSequenceOptions): FitSequenceOptions {
  const separate =
    options.unordered && options.focal === 'each' && !options.cameras && options.alignment.viewCount === 1;
  if (!separate) return options;
  const { alignment, canonical } = options;
  return { ...options, alignment: cameraPerImage(alignment), canonical: canonical && mapPerImage(canonical) };
}

/** Without a calibration: one unknown focal length, and for an ordered rig the extrinsics that the head itself shows. */
function uncalibratedProblem(options: FitSequenceOptions): Problem {
  const { head, alignment, unordered } = options;
  const cameras = unknownCameras(alignment);
  const rig = alignment.viewCount > 1 && !unordered;
  return buildProblem({
    ...options,
    cameras: rig ? estimateCameras(head, alignment, cameras) : cameras,
    uncalibrated: true,
  });
}

function observedFrames(
  { frameCount, viewCount, points, sigma }: Alignment,
  canonical?: CanonicalSequence,
): Uint8Array {
  const perFrame = viewCount * points.faces.length;
  const hasMap = (f: number) => canonical?.maps.slice(f * viewCount, (f + 1) * viewCount).some((map) => map) ?? false;
  return Uint8Array.from({ length: frameCount }, (_, f) =>
    sigma.subarray(f * perFrame, (f + 1) * perFrame).some((value) => value > 0) || hasMap(f) ? 1 : 0,
  );
}
