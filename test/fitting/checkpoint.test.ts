import { adamw } from '../../src/fitting/adamw.js';
import { type FitCheckpoint, formatFitSnapshot, parseFitSnapshot } from '../../src/fitting/checkpoint.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { flattenParameters, type FitParameters } from '../../src/fitting/parameters.js';
import { type Solver, type Stage } from '../../src/fitting/problem.js';
import { createCapture } from '../fixtures/synthetic-capture.js';
import { startTestBackend } from '../fixtures/test-backend.js';

beforeAll(startTestBackend);

const stages: Stage[] = [
  { name: 'pose', free: ['headPose'], maxSteps: 4, tolerance: 1e-9 },
  { name: 'all', free: ['headPose', 'shape', 'expression'], maxSteps: 6, tolerance: 1e-9 },
];
const capture = createCapture({ sigma: 0.5, frameCount: 4, points: (head) => head.landmarks68! });

/** Keeps every snapshot as bytes; gives back the one chosen. */
function recorder(loaded?: Uint8Array): FitCheckpoint & { saved: Uint8Array[] } {
  const saved: Uint8Array[] = [];
  return {
    saved,
    everySeconds: 0,
    load: async () => loaded && parseFitSnapshot(loaded),
    save: async (snapshot) => void saved.push(formatFitSnapshot(snapshot)),
  };
}

function numbers(parameters: FitParameters): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(flattenParameters(parameters)).map(([name, values]) => [name, Array.from(values)]),
  );
}

const solvers: Solver[] = [gaussNewton(), adamw()];

test.each(solvers.map((solver) => [solver.name, solver] as const))(
  '%s goes on from any snapshot to the very same parameters, steps and energies',
  async (_, solver) => {
    const whole = recorder();
    const expected = await fitSequence({ ...capture, stages, solver, checkpoint: whole });
    expect(whole.saved.length).toBeGreaterThan(stages.length + 3);
    for (const bytes of whole.saved) {
      const resumed = await fitSequence({ ...capture, stages, solver, checkpoint: recorder(bytes) });
      expect(numbers(resumed.parameters)).toEqual(numbers(expected.parameters));
      expect(resumed.stages.map(({ energies }) => energies)).toEqual(expected.stages.map(({ energies }) => energies));
      expect(resumed.status).toBe(expected.status);
    }
  },
);

test('the snapshot after the last stage needs no solver', async () => {
  const whole = recorder();
  const expected = await fitSequence({ ...capture, stages, checkpoint: whole });
  const solver: Solver = { name: 'gauss-newton', solve: () => Promise.reject(new Error('not to be called')) };
  const resumed = await fitSequence({ ...capture, stages, solver, checkpoint: recorder(whole.saved.at(-1)) });
  expect(numbers(resumed.parameters)).toEqual(numbers(expected.parameters));
  expect(resumed.solver.iterations).toBe(expected.solver.iterations);
});

test('a snapshot of another fit is refused', async () => {
  const whole = recorder();
  await fitSequence({ ...capture, stages, checkpoint: whole });
  const other = createCapture({ frameCount: 5, points: (head) => head.landmarks68! });
  const checkpoint = recorder(whole.saved[0]);
  await expect(fitSequence({ ...other, stages, checkpoint })).rejects.toThrow(/expected \d+ numbers of expression/);
  await expect(fitSequence({ ...capture, stages: stages.slice(1), checkpoint })).rejects.toThrow(
    /expected the stages all, got pose, all/,
  );
});

test('damaged bytes are refused', async () => {
  const whole = recorder();
  await fitSequence({ ...capture, stages, checkpoint: whole });
  const bytes = whole.saved.at(-1)!;
  expect(() => parseFitSnapshot(bytes.subarray(0, bytes.length - 40))).toThrow(/damaged|cut off/);
  const flipped = bytes.slice();
  flipped[Math.floor(bytes.length / 2)] ^= 1;
  expect(() => parseFitSnapshot(flipped)).toThrow(/damaged/);
});
