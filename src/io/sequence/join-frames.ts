import { type CameraSource } from './camera-source.js';

/** Which frames of the sequence to take, by position as in a Python slice. */
export interface FrameRange {
  start?: number;
  stop?: number;
  step?: number;
}

export interface JoinedFrames {
  /** `[F]` ascending. */
  frameNumbers: number[];
  /** `[F]` seconds. */
  times: Float64Array;
  warnings: string[];
}

/** The rate of numbered pictures that do not tell their own. */
const defaultRate = 25;
const rateTolerance = 1e-3;

/**
 * Joins cameras by frame number: every number that some camera has is a frame.
 *
 * @throws the rates of videos differ, or a camera shares no frame with any other.
 */
export function joinFrames(sources: CameraSource[], { start = 0, stop, step = 1 }: FrameRange = {}): JoinedFrames {
  const rate = commonRate(sources);
  const seen = new Map<number, number>();
  for (const { frameNumbers } of sources) {
    for (const number of frameNumbers) seen.set(number, (seen.get(number) ?? 0) + 1);
  }
  for (const { id, frameNumbers } of sources) {
    if (sources.length > 1 && !frameNumbers.some((number) => seen.get(number)! > 1)) {
      const [first, last] = [frameNumbers[0], frameNumbers.at(-1)];
      throw new Error(`camera ${id}: its frames ${first} to ${last} are in no other camera; no frame in common.`);
    }
  }
  const all = [...seen.keys()].sort((a, b) => a - b);
  const frameNumbers = all.slice(start, stop).filter((_, i) => i % step === 0);
  if (frameNumbers.length === 0) {
    throw new Error(`frames: expected some of the ${all.length} frames, got none from ${start}:${stop ?? ''}:${step}.`);
  }
  return {
    frameNumbers,
    times: Float64Array.from(frameNumbers, (number) => number / rate),
    warnings: sources.flatMap((source) => missingFrames(source, frameNumbers)),
  };
}

function commonRate(sources: CameraSource[]): number {
  const known = sources.filter(({ frameRate }) => frameRate);
  for (const { id, frameRate } of known) {
    if (Math.abs(frameRate! / known[0].frameRate! - 1) > rateTolerance) {
      const expected = `${known[0].frameRate!.toFixed(3)} frames a second as camera ${known[0].id}`;
      throw new Error(`camera ${id}: expected ${expected}, got ${frameRate!.toFixed(3)}.`);
    }
  }
  return known[0]?.frameRate ?? defaultRate;
}

function missingFrames({ id, frameNumbers }: CameraSource, expected: number[]): string[] {
  const present = new Set(frameNumbers);
  const missing = expected.filter((number) => !present.has(number));
  if (missing.length === 0) return [];
  return [`camera ${id}: ${missing.length} of ${expected.length} frames are missing, the first is ${missing[0]}.`];
}
