import { type Alignment } from '../src/alignment/alignment.js';
import { templateEmbedding } from '../src/canonical/template-cube.js';
import { chamfer } from '../src/evaluation/chamfer.js';
import { type MeshPair, type MeshSequence } from '../src/evaluation/mesh-sequence.js';
import { headKeyPoints } from '../src/evaluation/result-sequence.js';
import { ssme } from '../src/evaluation/ssme.js';
import { fitSequence } from '../src/fitting/fit-sequence.js';
import { type FitParameters } from '../src/fitting/parameters.js';
import { worldVertices } from '../src/fitting/residuals.js';
import { type HeadModel } from '../src/flame/head-model.js';
import { rotationFromAxisAngle } from '../src/geometry/rotation.js';
import { loadHeadModel } from '../src/io/head-model-file.js';
import { createSyntheticAlignment } from '../src/synth/synthetic-alignment.js';
import { syntheticCanonical } from '../src/synth/synthetic-canonical.js';
import { type SyntheticTruth } from '../src/synth/synthetic-sequence.js';
import { type BenchmarkResult, defaultSolver } from './benchmark.js';
import { createWorkload } from './workload.js';

const frameCount = 24;
/** Pixels of the landmarks' noise; a face is some 400 wide. */
const noises = [0, 2, 4, 8];
/** Degrees of yaw: a landmark network finds no face beyond the last but one. */
const bands = [0, 30, 60, 90];
/** A head is lost where it is turned more than this from the truth, degrees. */
const lostDegrees = 15;
/** Frames whose lower half is behind something. */
const isOccluded = (frame: number) => frame % 6 === 3;
const regions = ['face', 'ears', 'neck'];

/**
 * A head that turns to 90 degrees before one camera, with and without canonical maps of two per cent noise and ten per
 * cent outliers: landmarks are seen on the visible side alone, none beyond 60 degrees; every sixth frame an occluder
 * hides the lower half from landmarks and maps. SSME (pixels) and CD (millimetres) by region and band of yaw.
 */
export async function canonicalTracking(size: number): Promise<BenchmarkResult> {
  const head = await loadHeadModel();
  const embedding = templateEmbedding(head, head);
  const frames = Math.max(8, Math.round(frameCount * size));
  const truth = turningHead(head, frames);
  const canonical = syntheticCanonical(head, truth, embedding, {
    size: 320,
    noise: 0.02,
    outliers: 0.1,
    hidden: (frame, _, x, y) => isOccluded(frame) && y > 0.5 && x > 0.2,
  });
  const solver = await defaultSolver();
  const total = { seconds: 0, iterations: 0, energy: 0, converged: true };
  const table: Record<string, unknown>[] = [];
  for (const noise of noises) {
    for (const withMaps of [false, true]) {
      const { parameters, status, ...fit } = await fitSequence({
        head,
        cameras: truth.cameras,
        alignment: observed(head, truth, noise),
        canonical: withMaps ? canonical : undefined,
        terms: { canonical: { embedding } },
        solver,
      });
      total.seconds += fit.solver.seconds;
      total.iterations += fit.solver.iterations;
      total.energy = fit.solver.energy;
      total.converged &&= status === 'converged';
      table.push({ noise, withMaps, status, ...(await measure(head, truth, parameters)) });
    }
  }
  const lost = (withMaps: boolean) =>
    table.filter((row) => row.withMaps === withMaps).reduce((sum, row) => sum + (row.lostFrames as number), 0);
  return {
    seconds: total.seconds,
    iterations: total.iterations / table.length,
    finalEnergy: total.energy,
    converged: total.converged,
    frames,
    lostWithout: lost(false),
    lostWith: lost(true),
    table,
  };
}

/** Yaw of a frame, radians: from one side to the other and back. */
function yawAt(frame: number, frames: number): number {
  return (Math.PI / 2) * Math.sin((2 * Math.PI * (frame + 0.5)) / frames);
}

/** A person who turns and nods; the motion of the expression is the other benchmarks'. */
function turningHead(head: HeadModel, frames: number): SyntheticTruth {
  const { truth } = createWorkload(head, { frameCount: frames, viewCount: 1, points: head.landmarks68!, seed: 3 });
  const neck = head.jointNames.indexOf('neck') * 3;
  for (let f = 0; f < frames; f++) {
    truth.headRotation.set(rotationFromAxisAngle([0, yawAt(f, frames), 0]), f * 9);
    truth.jointPose[f * head.parents.length * 3 + neck] = 0.15 * Math.sin(f / 3);
  }
  const frameNumbers = Array.from({ length: frames }, (_, f) => f);
  return {
    ...truth,
    frameNumbers,
    times: Float64Array.from(frameNumbers, (f) => f / 25),
    vertices: (f) => worldVertices(head, truth, f),
  };
}

/** The landmarks that a network would see, with noise. */
function observed(head: HeadModel, truth: SyntheticTruth, noise: number): Alignment {
  const points = head.landmarks478!;
  // Without noise the observer is exact and says one pixel.
  const deviation = Math.max(noise, 1e-3);
  const alignment = createSyntheticAlignment(truth, {
    head,
    points,
    sigmaRange: [deviation, deviation],
    visibleOnly: true,
  });
  const count = points.faces.length;
  const sigma = alignment.sigma.map((value, i) => {
    const f = Math.floor(i / count);
    const tooFar = Math.abs(yawAt(f, truth.frameNumbers.length)) > (bands[2] * Math.PI) / 180;
    const behind = isOccluded(f) && alignment.mu[i * 2 + 1] > alignment.imageSizes[0].height / 2;
    return tooFar || behind || value === 0 ? 0 : Math.max(1, noise);
  });
  return { ...alignment, sigma, source: 'landmarks' };
}

/** Lost frames, and by band of yaw and region SSME and CD. */
async function measure(head: HeadModel, truth: SyntheticTruth, fitted: FitParameters) {
  const frames = truth.frameNumbers.length;
  const turns = truth.frameNumbers.map((f) => {
    const trace = truth.headRotation
      .subarray(f * 9, f * 9 + 9)
      .reduce((sum, value, i) => sum + value * fitted.headRotation[f * 9 + i], 0);
    return (Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2))) * 180) / Math.PI;
  });
  const byBand = await Promise.all(
    bands.slice(1).map(async (to, k) => {
      const inBand = truth.frameNumbers.filter((f) => {
        const yaw = (Math.abs(yawAt(f, frames)) * 180) / Math.PI;
        return yaw > bands[k] && yaw <= to;
      });
      const keyPoints = headKeyPoints(head);
      const pair: MeshPair = {
        truth: meshes(head, truth, inBand),
        prediction: meshes(head, fitted, inBand),
        regions: Object.fromEntries(regions.map((name) => [name, head.regions[name]])),
        keyPoints: { truth: keyPoints, prediction: keyPoints },
      };
      const [motion, distance] = [await ssme({ horizon: 5 }).measure(pair), await chamfer().measure(pair)];
      const figure = (value: unknown) => (typeof value === 'number' ? Number(value.toFixed(2)) : null);
      return {
        yaw: `${bands[k]}-${to}`,
        turnDegrees: figure(Math.max(...inBand.map((f) => turns[f]))),
        ssme: regions.map((name) => figure(motion.groups[name]?.ssme)),
        cd: regions.map((name) => figure(distance.groups[name]?.cd)),
      };
    }),
  );
  return { lostFrames: turns.filter((turn) => turn > lostDegrees).length, byBand };
}

function meshes(head: HeadModel, parameters: FitParameters, frameNumbers: number[]): MeshSequence {
  return {
    faces: head.faces,
    vertexCount: head.vertexCount,
    frameNumbers,
    cameraIds: parameters.cameras.map(({ id }) => id),
    camera: () => parameters.cameras[0],
    vertices: (f) => worldVertices(head, parameters, f),
  };
}
