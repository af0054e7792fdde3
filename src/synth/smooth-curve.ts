import { type Random } from './random.js';

/** Rises from 0 to 1 over [0, 1] with flat ends. */
export function smoothStep(t: number): number {
  const clamped = Math.min(1, Math.max(0, t));
  return clamped * clamped * (3 - 2 * clamped);
}

/**
 * A band-limited random curve of about unit variance: a sum of sinusoids of random phase.
 *
 * @param times `[F]` seconds.
 * @param band lowest and highest frequency, hertz.
 */
export function bandLimitedCurve(random: Random, times: ArrayLike<number>, band: [number, number]): Float64Array {
  const waveCount = 6;
  const waves = Array.from({ length: waveCount }, () => ({
    frequency: Math.exp(random.uniform(Math.log(band[0]), Math.log(band[1]))),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  const scale = Math.sqrt(2 / waveCount);
  return Float64Array.from(times, (time) =>
    waves.reduce((sum, { frequency, phase }) => sum + scale * Math.sin(2 * Math.PI * frequency * time + phase), 0),
  );
}

/**
 * One pulse: smooth rise, plateau at 1, smooth fall.
 *
 * @param start, rise, hold, fall seconds.
 */
export function pulse(time: number, start: number, rise: number, hold: number, fall: number): number {
  return smoothStep((time - start) / rise) * (1 - smoothStep((time - start - rise - hold) / fall));
}

/**
 * A curve that rests at random values and moves quickly between them, as gaze does.
 *
 * @param times `[F]` seconds.
 * @param rest mean rest, seconds.
 * @returns `[F]`, in [-1, 1].
 */
export function saccadicCurve(random: Random, times: ArrayLike<number>, rest: number): Float64Array {
  const moveTime = 0.08;
  const targets = [{ start: times[0] - moveTime, value: random.uniform(-1, 1) }];
  const end = times[times.length - 1];
  for (let start = times[0]; start < end;) {
    start += moveTime + rest * random.uniform(0.5, 1.5);
    targets.push({ start, value: random.uniform(-1, 1) });
  }
  return Float64Array.from(times, (time) =>
    targets.reduce((value, target) => value + (target.value - value) * smoothStep((time - target.start) / moveTime), 0),
  );
}

/** Squashes a value of about unit variance into (-1, 1). */
export function bounded(value: number): number {
  return Math.tanh(0.8 * value);
}
