import { type TermOptions } from './build-problem.js';
import { type Problem, type Stage } from './problem.js';

/** One part of a fit that is not solved at once. */
export interface Part {
  name: string;
  /** Which of the sequence's frames, ascending. */
  frames: number[];
}

/** A part of consecutive frames; its first ones belong to the window before it as well. */
export interface Window extends Part {
  /** How many frames it shares with the window before it. */
  overlap: number;
}

/** Most frames that two windows share at least; what happens at a window's end has died away after a fraction of that. */
const mostOverlap = 24;
/** Most consecutive frames in a subset: more would spread it less, fewer would lose more of the motion at their ends. */
const longestRun = 24;
/** Fewest frames of a window. */
const leastFrames = 12;
/** Bytes that the normal equations and their factors may take; one WebAssembly memory ends at 4 GiB. */
const equationBytes = 3e9;

/** Every k-th run of consecutive frames for each of k offsets, so that no part has more than `size` frames. */
export function spreadSubsets(frameCount: number, size: number): Part[] {
  const run = Math.min(longestRun, Math.max(1, Math.floor(size / 3)));
  const runs = Math.ceil(frameCount / run);
  const count = Math.ceil(runs / Math.floor(size / run));
  const runOf = (frame: number) => Math.floor((frame * runs) / frameCount);
  return Array.from({ length: count }, (_, first) => ({
    name: `subset ${first + 1} of ${count}`,
    frames: Array.from({ length: frameCount }, (_, frame) => frame).filter((frame) => runOf(frame) % count === first),
  }));
}

/** @throws a window is too short for its motion to be seen. */
export function checkWindowFrames(windowFrames: number): void {
  if (windowFrames >= leastFrames) return;
  throw new Error(`fitSequence: expected windowFrames of ${leastFrames} or more, got ${windowFrames}.`);
}

/** Windows of `size` frames that cover all frames and overlap alike. */
export function overlappingWindows(frameCount: number, size: number): Window[] {
  const overlap = Math.min(mostOverlap, Math.floor(size / 3));
  const count = Math.ceil((frameCount - overlap) / (size - overlap));
  const start = (w: number) => (count > 1 ? Math.round((w * (frameCount - size)) / (count - 1)) : 0);
  return Array.from({ length: count }, (_, w) => ({
    name: `window ${w + 1} of ${count}`,
    frames: Array.from({ length: Math.min(size, frameCount) }, (_, k) => start(w) + k),
    overlap: w === 0 ? 0 : start(w - 1) + size - start(w),
  }));
}

/** How much a window counts, against the one before it, in the k-th frame that they share: 0 to 1. */
export function windowShare(k: number, overlap: number): number {
  const t = Math.min(1, Math.max(0, ((k + 0.5) / overlap - 0.25) * 2));
  return t * t * (3 - 2 * t);
}

/** Frames whose normal equations fit into memory. */
export function affordableFrames({ head, freeJoints, freeCameras, offsetVertices }: Problem): number {
  const joints = freeJoints.reduce((sum, free) => sum + free, 0);
  const own = 6 + 3 * joints + head.expression.count;
  const shared = head.shape.count + 3 * offsetVertices.length + 7 * freeCameras.length;
  return Math.max(3 * mostOverlap, Math.floor(equationBytes / (8 * own * (3 * own + shared))));
}

/** The terms of a subset: of the priors on what all frames share it has only its part. */
export function subsetTerms(terms: TermOptions = {}, { frames }: Part, share: number): TermOptions {
  const scaled = <Options extends { weight?: number }>(options: Options | undefined) => ({
    ...options,
    weight: (options?.weight ?? 1) * share,
  });
  const { modelPrior, cameraPrior } = terms;
  return {
    ...terms,
    temporalSmoothness: partMotion(terms.temporalSmoothness, frames),
    modelPrior: modelPrior !== false && {
      ...modelPrior,
      shapeSigma: (modelPrior?.shapeSigma ?? 1) / Math.sqrt(share),
    },
    neutralShape: scaled(terms.neutralShape),
    deformation: scaled(terms.deformation),
    cameraPrior: cameraPrior !== false && scaled(cameraPrior),
  };
}

/** The terms of a window. */
export function windowTerms(terms: TermOptions = {}, { frames }: Window): TermOptions {
  return { ...terms, temporalSmoothness: partMotion(terms.temporalSmoothness, frames) };
}

/** Cuts are counted in the part's own frames, and there is one wherever the part leaves frames out. */
function partMotion(options: TermOptions['temporalSmoothness'], frames: number[]): TermOptions['temporalSmoothness'] {
  if (options === false) return false;
  const isCut = (frame: number, before: number) =>
    frame !== before + 1 || (options?.cuts?.some((cut) => cut > before && cut <= frame) ?? false);
  const cuts = Array.from(frames.keys()).filter((k) => k > 0 && isCut(frames[k], frames[k - 1]));
  return { ...options, cuts };
}

/** A stage of the frames' own parameters. */
export function windowStage(stage: Stage): Stage {
  const own = ['headPose', 'expression', 'jointPose'];
  return { ...stage, name: 'frames', free: stage.free.filter((name) => own.includes(name)) };
}
