import { solvePnp, type PnpObservations, type PnpResult } from './pnp.js';

export interface EstimateFocalOptions {
  /** Least and greatest focal length, in units of the picture's longer side; default [0.5, 5]. */
  range?: [number, number];
  /** Focal lengths tried before the refinement, evenly spaced in the logarithm; default 12. */
  steps?: number;
}

export interface FocalEstimate {
  /** Pixels. */
  focal: number;
  /** The pose in each picture at that focal length. */
  poses: PnpResult[];
  /** The best focal length is the end of the range: the pictures do not bound it. */
  atLimit: boolean;
}

/** K with square pixels and the principal point at the centre (math.md section 3). */
export function centredIntrinsics(focal: number, { width, height }: { width: number; height: number }): Float64Array {
  return Float64Array.of(focal, 0, width / 2, 0, focal, height / 2, 0, 0, 1);
}

/**
 * The focal length under which a rigid body fits one camera's pictures best: PnP over a range of focal lengths, then a
 * golden-section search in its logarithm.
 *
 * @param pictures observations of one or more pictures of the same camera.
 */
export function estimateFocal(
  pictures: PnpObservations[],
  size: { width: number; height: number },
  { range = [0.5, 5], steps = 12 }: EstimateFocalOptions = {},
): FocalEstimate {
  if (pictures.length === 0) throw new Error('estimateFocal: expected at least one picture, got none.');
  const side = Math.max(size.width, size.height);
  const [low, high] = [Math.log(range[0] * side), Math.log(range[1] * side)];
  const solve = (logFocal: number, previous?: PnpResult[]) => {
    const K = centredIntrinsics(Math.exp(logFocal), size);
    const poses = pictures.map((picture, p) =>
      previous ? solvePnp(picture, K, { starts: [previous[p]], startsOnly: true }) : solvePnp(picture, K),
    );
    return { logFocal, poses, cost: poses.reduce((sum, pose) => sum + pose.cost, 0) };
  };
  const tried = Array.from({ length: steps }, (_, k) => solve(low + ((high - low) * k) / (steps - 1)));
  let best = tried.reduce((a, b) => (b.cost < a.cost ? b : a));
  const spacing = (high - low) / (steps - 1);
  let [left, right] = [Math.max(low, best.logFocal - spacing), Math.min(high, best.logFocal + spacing)];
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [solve(right - ratio * (right - left), best.poses), solve(left + ratio * (right - left), best.poses)];
  while (right - left > 1e-5) {
    if (a.cost < b.cost) {
      [right, b] = [b.logFocal, a];
      a = solve(right - ratio * (right - left), a.poses);
    } else {
      [left, a] = [a.logFocal, b];
      b = solve(left + ratio * (right - left), b.poses);
    }
  }
  for (const candidate of [a, b]) if (candidate.cost < best.cost) best = candidate;
  const atLimit = best.logFocal < low + 1e-3 || best.logFocal > high - 1e-3;
  return { focal: Math.exp(best.logFocal), poses: best.poses, atLimit };
}
