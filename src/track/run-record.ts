import { readFileSync } from 'node:fs';
import { type FitResult } from '../fitting/fit-sequence.js';
import { assetPath } from '../io/asset-path.js';
import { type Engines, type TrackOptions } from './track-options.js';

/** What `track --json` prints. */
export interface TrackSummary {
  status: FitResult['status'];
  message?: string;
  out: string;
  frames: number;
  cameras: number;
  /** Images in which the face was found. */
  faces: number;
  /** Frames in which no camera saw it. */
  lostFrames: number;
  seconds: { total: number; align: number; fit: number; render: number };
  imagesPerSecond: number;
  residual: { medianPx: number; p95Px: number; percentOfFaceWidth: { median: number; p95: number } };
  focalPx: number[];
  solver: FitResult['solver'];
  engines: Engines;
  /** What was odd about the input or the checkpoint, one sentence each. */
  warnings: string[];
}

export function summarise(
  options: TrackOptions,
  fit: FitResult,
  engines: Engines,
  seconds: TrackSummary['seconds'],
  warnings: string[],
): TrackSummary {
  const { medianPx, p95Px, percentOfFaceWidth, perImagePx } = fit.residuals;
  const images = fit.alignment.frameCount * fit.alignment.viewCount;
  return {
    status: fit.status,
    message: fit.message,
    out: options.out,
    frames: fit.alignment.frameCount,
    cameras: fit.alignment.viewCount,
    faces: perImagePx.filter((value) => !Number.isNaN(value)).length,
    lostFrames: fit.frameObserved.filter((seen) => seen === 0).length,
    seconds,
    imagesPerSecond: images / seconds.total,
    residual: { medianPx, p95Px, percentOfFaceWidth },
    focalPx: fit.parameters.cameras.map(({ K }) => K[0]),
    solver: fit.solver,
    engines,
    warnings,
  };
}

/** The text of `run.json`: options, versions, engines, timings, status, energies, residual per frame and camera. */
export function formatRunRecord(options: TrackOptions, fit: FitResult, summary: TrackSummary): string {
  const { signal: _signal, onProgress: _onProgress, ...given } = options;
  const { frameCount, viewCount, frameNumbers, cameraIds } = fit.alignment;
  const perImage = Array.from({ length: frameCount }, (_, f) =>
    Array.from(fit.residuals.perImagePx.subarray(f * viewCount, (f + 1) * viewCount), (value) =>
      Number.isNaN(value) ? null : value,
    ),
  );
  const record = {
    format: 'flowfit-run/1',
    version: packageVersion(),
    node: process.version,
    options: given,
    ...summary,
    head: fit.problem.head.name,
    terms: fit.problem.terms.map(({ name, weight, reads }) => ({ name, weight, reads })),
    stages: fit.stages,
    cameraIds,
    frameNumbers,
    residualPx: perImage,
  };
  return `${JSON.stringify(record, null, 1)}\n`;
}

export function packageVersion(): string {
  return JSON.parse(readFileSync(assetPath('..', 'package.json'), 'utf8')).version;
}
