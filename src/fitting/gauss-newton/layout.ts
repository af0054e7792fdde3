import { type ParameterName } from '../../energies/energy-term.js';
import { type CameraColumns, type PointForm } from '../../energies/gauss-newton-form.js';
import { interpolateSurface } from '../../geometry/interpolate-surface.js';
import { type Problem } from '../problem.js';

/**
 * Where each free unknown stands.
 *
 * A frame's unknowns are head turn and translation (6), three angles per free joint, then the expression; the shared
 * ones are shape, offsets (three per vertex), then the cameras.
 */
export interface Layout {
  frameCount: number;
  /** 6 or 0. */
  headPoseSize: number;
  /** Free joints, in the head model's order. */
  joints: number[];
  /** Head pose and joints together. */
  poseSize: number;
  /** Free expression coefficients: all or 0. */
  expressionSize: number;
  /** Unknowns of one frame. */
  frameSize: number;
  /** Free shape coefficients: all or 0. */
  shapeSize: number;
  /** Free vertices (not numbers): all of the problem's or none. */
  offsetVertices: Int32Array;
  /** First camera unknown among the shared. */
  cameraStart: number;
  cameras: CameraColumns;
  /** `[F]` the camera of a frame that only one camera saw, else -1. */
  soleViews: Int32Array;
  /** `[3]` metres, head frame: the middle of what was observed, on the mean head. */
  pivot: number[];
  sharedSize: number;
}

/** The layout of a stage: what it frees and some active term reads. */
export function stageLayout(
  problem: Problem,
  free: ParameterName[],
  reads: Set<ParameterName>,
  data: Pick<PointForm, 'views' | 'points'>[] = [],
): Layout {
  const isFree = (name: ParameterName) => free.includes(name) && reads.has(name);
  const { head, times } = problem;
  const headPoseSize = isFree('headPose') ? 6 : 0;
  const joints = isFree('jointPose') ? Array.from(problem.freeJoints.keys()).filter((j) => problem.freeJoints[j]) : [];
  const poseSize = headPoseSize + 3 * joints.length;
  const expressionSize = isFree('expression') ? head.expression.count : 0;
  const shapeSize = isFree('shape') ? head.shape.count : 0;
  const offsetVertices = isFree('offsets') ? problem.offsetVertices : new Int32Array(0);
  const cameraStart = shapeSize + 3 * offsetVertices.length;
  const cameras = cameraColumns(problem, isFree('cameras'), isFree('focal'));
  return {
    frameCount: times.length,
    headPoseSize,
    joints,
    poseSize,
    expressionSize,
    frameSize: poseSize + expressionSize,
    shapeSize,
    offsetVertices,
    cameraStart,
    cameras,
    soleViews: Int32Array.from(times, (_, frame) => {
      const views = new Set(data.flatMap((form) => form.views(frame)));
      return views.size === 1 ? [...views][0] : -1;
    }),
    pivot: middle(data.map(({ points }) => interpolateSurface(head.template, 3, head.faces, points))),
    sharedSize: cameraStart + cameras.count,
  };
}

/** Mean of all points `[N, 3]`, of which some may be on no triangle; the origin where there are none. */
function middle(sets: Float32Array[]): number[] {
  const sum = [0, 0, 0, 0];
  for (const points of sets) {
    for (let i = 0; i < points.length; i += 3) {
      if (Number.isNaN(points[i])) continue;
      for (let axis = 0; axis < 3; axis++) sum[axis] += points[i + axis];
      sum[3]++;
    }
  }
  return [0, 1, 2].map((axis) => sum[axis] / Math.max(1, sum[3]));
}

function cameraColumns({ freeCameras, focalGroups }: Problem, motionFree: boolean, focalFree: boolean): CameraColumns {
  let count = 0;
  const motion = Int32Array.from(freeCameras, (free) => {
    if (!motionFree || !free) return -1;
    count += 6;
    return count - 6;
  });
  const columnOfGroup = new Map<number, number>();
  const focal = Int32Array.from(focalGroups, (group) => {
    if (!focalFree || group < 0) return -1;
    if (!columnOfGroup.has(group)) columnOfGroup.set(group, count++);
    return columnOfGroup.get(group)!;
  });
  return { count, motion, focal };
}
