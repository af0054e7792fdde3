/** A stream of seeded random numbers; the same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [low, high), default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, count). */
  integer(count: number): number;
  /** An independent stream; the same name gives the same stream, however many numbers were drawn here. */
  fork(name: string): Random;
}

/** Mixes 32 bits so that neighbouring inputs give unrelated outputs. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}

/** A stream of random numbers from a seed. */
export function createRandom(seed: number): Random {
  const origin = mix(seed ^ 0x5bd1e995);
  let counter = 0;
  const next = () => {
    counter = (counter + 0x9e3779b9) | 0;
    return (mix(origin + counter) + mix(origin ^ Math.imul(counter, 0x85ebca6b)) / 2 ** 32) / 2 ** 32;
  };
  const uniform = (low = 0, high = 1) => low + (high - low) * next();
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    integer: (count) => Math.floor(next() * count),
    fork(name) {
      let hash = origin;
      for (const character of name) hash = mix(hash ^ Math.imul(character.codePointAt(0)!, 0x01000193));
      return createRandom(hash);
    },
  };
}
