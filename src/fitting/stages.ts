import { type ParameterName } from '../energies/energy-term.js';
import { type Problem, type Solver, type Stage } from './problem.js';

interface Schedule {
  /** Most steps of each stage. */
  pose: number;
  face: number;
  all: number;
  /** Relative energy change that ends the last stage, and those before it. */
  tolerance: number;
  earlyTolerance: number;
}

const schedules: Record<Solver['name'], Schedule> = {
  'gauss-newton': { pose: 12, face: 8, all: 80, tolerance: 1e-5, earlyTolerance: 1e-1 },
  adamw: { pose: 150, face: 300, all: 1500, tolerance: 1e-4, earlyTolerance: 1e-3 },
};

/**
 * The stages of a fit: pose alone, then pose, shape and expression where cameras or offsets have to wait for them, then
 * everything that the problem leaves free (math.md section 7).
 */
export function defaultStages(
  { freeJoints, freeCameras, focalGroups, offsetVertices, canonicalTexture }: Problem,
  solver: Solver['name'],
): Stage[] {
  const { pose, face, all, tolerance, earlyTolerance } = schedules[solver];
  const everything: ParameterName[] = ['headPose', 'shape', 'expression'];
  if (freeJoints.some((free) => free === 1)) everything.push('jointPose');
  const still = [...everything];
  if (focalGroups.some((group) => group >= 0)) everything.push('focal');
  if (freeCameras.some((free) => free === 1)) everything.push('cameras');
  if (offsetVertices.length > 0) everything.push('offsets');
  if (canonicalTexture) everything.push('canonicalTexture');
  const stages: Stage[] = [{ name: 'pose', free: ['headPose'], maxSteps: pose, tolerance: earlyTolerance }];
  if (everything.length > still.length) {
    stages.push({ name: 'face', free: still, maxSteps: face, tolerance: earlyTolerance });
  }
  return [...stages, { name: 'all', free: everything, maxSteps: all, tolerance }];
}
