import { type ParameterName } from '../energies/energy-term.js';
import { type Problem, type Solver, type Stage } from './problem.js';

/** Most steps of each stage and the relative energy change that ends it, by solver. */
const schedules: Record<Solver['name'], { pose: number; face: number; all: number; tolerance: number }> = {
  'gauss-newton': { pose: 12, face: 15, all: 30, tolerance: 1e-5 },
  adamw: { pose: 150, face: 300, all: 1500, tolerance: 1e-4 },
};

/**
 * The stages of a fit: pose alone, then pose, shape and expression with the cameras as they are, then everything that
 * the problem leaves free (math.md section 7).
 */
export function defaultStages(
  { freeJoints, freeCameras, focalGroups, offsetVertices }: Problem,
  solver: Solver['name'],
): Stage[] {
  const { pose, face, all, tolerance } = schedules[solver];
  const everything: ParameterName[] = ['headPose', 'shape', 'expression'];
  if (freeJoints.some((free) => free === 1)) everything.push('jointPose');
  const still = [...everything];
  if (focalGroups.some((group) => group >= 0)) everything.push('focal');
  if (freeCameras.some((free) => free === 1)) everything.push('cameras');
  if (offsetVertices.length > 0) everything.push('offsets');
  return [
    { name: 'pose', free: ['headPose'], maxSteps: pose, tolerance: tolerance * 10 },
    { name: 'face', free: still, maxSteps: face, tolerance: tolerance * 10 },
    { name: 'all', free: everything, maxSteps: all, tolerance },
  ];
}
