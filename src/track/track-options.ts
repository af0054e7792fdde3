import { type ProblemOptions } from '../fitting/build-problem.js';
import { type Solver, type Stage } from '../fitting/problem.js';
import { type Device } from '../alignment/onnx-session.js';
import { type BackendName } from '../tensor/backend.js';

/** What `flowfit track` does; the names are those of its options. */
export interface TrackOptions {
  /** An image, a video, a folder of images, or a folder with one folder or video per camera. */
  input: string;
  /** Result folder. */
  out: string;
  /** Calibration file; without it one camera of unknown focal length. */
  cams?: string;
  /** Head model container; the open head where absent. */
  head?: string;
  /** `auto`, `landmarks`, `uv-flow`, `fused` (both), or an alignment file. */
  align?: string;
  /** A network of the contract `uv-flow/1` instead of the one that ships. */
  network?: string;
  /** A predicted neutral head: a mesh, coefficients or an ONNX network. */
  neutral?: string;
  /** A network of the contract `canonical-map/1`, or a folder of canonical maps. */
  canonical?: string;
  /** Folder of foreground masks for the canonical maps. */
  masks?: string;
  solver?: Solver['name'];
  frames?: { start?: number; stop?: number; step?: number };
  cameras?: string[];
  unordered?: boolean;
  focal?: ProblemOptions['focal'];
  refineCameras?: boolean;
  offsetRegion?: string;
  /** Which face, 0 the largest. */
  face?: number;
  overlay?: boolean;
  /** Goes on where a killed run with the same options stopped. */
  resume?: boolean;
  /** Time between two saves of how far a long phase has come; 5 by default. */
  checkpointSeconds?: number;
  backend?: BackendName;
  device?: Device;
  terms?: ProblemOptions['terms'];
  stages?: Stage[];
  /** Most frames solved at once; by default as many as memory allows. */
  windowFrames?: number;
  signal?: AbortSignal;
  onProgress?: (progress: TrackProgress) => void;
}

/** How far the work is. */
export interface TrackProgress {
  phase: 'align' | 'fit' | 'render';
  /** From 0 to 1 within the phase. */
  fraction: number;
  detail: string;
}

/** Which engine ran each part, why the ones before it did not start, and how fast the networks read the pictures. */
export type Engines = Record<
  string,
  { name: string; refused: { name: string; reason: string }[]; imagesPerSecond?: number }
>;
