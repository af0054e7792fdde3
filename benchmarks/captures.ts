import { buildProblem } from '../src/fitting/build-problem.js';
import { initialise } from '../src/fitting/initialise.js';
import { vertexSurfacePoints } from '../src/flame/head-model.js';
import { type Benchmark, defaultSolver, runStages } from './benchmark.js';
import { createFullSizeHead } from './full-size-head.js';
import { createWorkload, scaledVertexRms, vertexRms } from './workload.js';

interface CaptureOptions {
  frameCount: number;
  viewCount: number;
  /** 478 landmarks instead of every vertex. */
  landmarks?: boolean;
  /** Coefficients of shape and expression. */
  counts?: [number, number];
  unknownFocal?: boolean;
  unknownExtrinsics?: boolean;
}

/** The solver on a capture from its seed: `size` scales the number of frames. */
function capture({ counts: [shapeCount, expressionCount] = [300, 100], ...options }: CaptureOptions): Benchmark {
  return async (size) => {
    const head = createFullSizeHead({ shapeCount, expressionCount });
    const points = options.landmarks ? head.landmarks478! : vertexSurfacePoints(head);
    const frameCount = Math.max(3, Math.round(options.frameCount * size));
    const { alignment, cameras, truth } = createWorkload(head, { frameCount, viewCount: options.viewCount, points });
    const known = options.unknownFocal ? undefined : cameras;
    const problem = buildProblem({ head, alignment, cameras: known, refineCameras: options.unknownExtrinsics });
    if (options.unknownExtrinsics) {
      problem.cameras.slice(1).forEach((camera, c) => (camera.cameraFromWorld[3] += 0.005 * (c % 2 ? 1 : -1)));
    }
    const begun = performance.now();
    const initial = initialise(head, alignment, problem.cameras, options.unknownFocal ?? false);
    const initialiseSeconds = (performance.now() - begun) / 1000;
    const run = await runStages(await defaultSolver(), problem, initial);
    return {
      seconds: run.seconds,
      cpuSeconds: run.cpuSeconds,
      iterations: run.iterations,
      finalEnergy: run.energy,
      converged: run.converged,
      frames: frameCount,
      initialiseSeconds,
      secondsPerFrame: run.seconds / frameCount,
      // One camera of unknown focal length fixes the world only up to depth.
      ...(!options.unknownFocal && { vertexErrorMm: 1000 * vertexRms(head, run.parameters, truth) }),
      ...(options.unknownExtrinsics && scaledError(head, run.parameters, truth)),
      statuses: run.statuses,
    };
  };
}

function scaledError(...fitAndTruth: Parameters<typeof scaledVertexRms>) {
  const { scale, rms } = scaledVertexRms(...fitAndTruth);
  return { scale, vertexErrorUpToScaleMm: 1000 * rms };
}

/** One long video of unknown focal length. */
export const video = capture({
  frameCount: 1000,
  viewCount: 1,
  landmarks: true,
  counts: [100, 52],
  unknownFocal: true,
});

/** The paper's largest workload. */
export const paper = capture({ frameCount: 520, viewCount: 17 });

/** Many cameras that have moved since their calibration. */
export const rig = capture({ frameCount: 100, viewCount: 16, unknownExtrinsics: true });

/** Every vertex in four cameras. */
export const dense = capture({ frameCount: 32, viewCount: 4 });
