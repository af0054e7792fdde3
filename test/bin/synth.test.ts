import { handler } from '../../bin/commands/synth.js';

const given = {
  out: 'nowhere',
  seed: 1,
  frames: 1,
  cameras: 1,
  size: '64x64',
  rate: 25,
  quality: 90,
  blur: 0,
  noise: 0,
  meshes: false,
  json: true,
  layout: 'flowfit' as const,
  head: undefined,
  people: undefined,
  sequences: undefined,
  topology: undefined,
  _: [],
  $0: 'flowfit',
};

test.each([
  [{ size: '9' }, /--size: expected WIDTHxHEIGHT .* got '9'/],
  [{ size: '64x9000' }, /--size/],
  [{ frames: 0 }, /--frames: expected a whole number from 1 to 100000, got 0/],
  [{ cameras: 2.5 }, /--cameras: .* got 2.5/],
  [{ noise: -1 }, /--noise: expected a number from 0 to 100, got -1/],
  [{ blur: NaN }, /--blur: .* got NaN/],
  [{ head: 'no-such-head.npz' }, /cannot read no-such-head.npz/],
])('synth refuses %p in one sentence', async (options, message) => {
  await expect(handler({ ...given, ...options })).rejects.toThrow(message);
});
