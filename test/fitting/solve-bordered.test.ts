import { Matrix, solve } from 'ml-matrix';
import { NormalEquations } from '../../src/fitting/gauss-newton/normal-equations.js';
import { BorderedSolver, type StepConstraints } from '../../src/fitting/gauss-newton/solve-bordered.js';
import { type Layout } from '../../src/fitting/gauss-newton/layout.js';
import { type Step } from '../../src/fitting/gauss-newton/take-step.js';
import { createOnnxProducts } from '../../src/alignment/onnx-products.js';
import { plainProducts } from '../../src/tensor/product-engine.js';
import { seeded } from '../fixtures/seeded.js';

/** Random normal equations of the form `J^T J` with a band of three blocks and a border, and their dense twin. */
function createEquations(frameCount: number, n: number, s: number, coupled: boolean) {
  const random = seeded(4);
  const size = frameCount * n + s;
  const dense = Matrix.zeros(size, size);
  const groups = Array.from({ length: coupled ? frameCount - 2 : frameCount }, (_, t) =>
    coupled ? [t, t + 1, t + 2] : [t],
  );
  for (const frames of groups) {
    for (let row = 0; row < 2 * n; row++) {
      const columns = [
        ...frames.flatMap((t) => Array.from({ length: n }, (_, i) => t * n + i)),
        ...Array.from({ length: s }, (_, i) => frameCount * n + i),
      ];
      const values = columns.map(() => random() - 0.5);
      columns.forEach((a, i) => columns.forEach((b, j) => dense.set(a, b, dense.get(a, b) + values[i] * values[j])));
    }
  }
  const equations = new NormalEquations({ frameCount, frameSize: n, sharedSize: s } as Layout, coupled);
  const gradient = Array.from({ length: size }, () => random() - 0.5);
  for (let t = 0; t < frameCount; t++) {
    for (const distance of [0, 1, 2] as const) {
      if (t + distance >= frameCount || (distance > 0 && !coupled)) continue;
      const block = equations.block(t, distance);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) block[i * n + j] = dense.get(t * n + i, (t + distance) * n + j);
    }
    for (let i = 0; i < n; i++)
      for (let j = 0; j < s; j++) equations.borderOf(t)[i * s + j] = dense.get(t * n + i, frameCount * n + j);
  }
  for (let i = 0; i < s; i++)
    for (let j = 0; j < s; j++) equations.shared[i * s + j] = dense.get(frameCount * n + i, frameCount * n + j);
  equations.gradient.frames.set(gradient.slice(0, frameCount * n));
  equations.gradient.shared.set(gradient.slice(frameCount * n));
  return { equations, dense, gradient };
}

function constraints({ frameCount, n, s }: NormalEquations, damping = 0): StepConstraints {
  const step = (value: number) => ({
    frames: new Float64Array(frameCount * n).fill(value),
    shared: new Float64Array(s).fill(value),
  });
  return {
    damping: step(damping),
    fixed: { frames: new Uint8Array(frameCount * n), shared: new Uint8Array(s) },
    pinned: step(0),
  };
}

/** The step by each engine. */
async function solveAll(equations: NormalEquations, given: StepConstraints): Promise<(Step | undefined)[]> {
  const steps: (Step | undefined)[] = [];
  for (const engine of [plainProducts, await createOnnxProducts()]) {
    const solver = new BorderedSolver(equations);
    await solver.prepare(engine);
    steps.push(await solver.solve(given));
    await solver.dispose();
  }
  return steps;
}

test.each([
  [6, 5, 3, true],
  [5, 9, 8, true],
  [3, 4, 0, true],
  [4, 6, 5, false],
])(
  '%d frames of %d unknowns and %d shared ones, coupled %s: as the dense system',
  async (frameCount, n, s, coupled) => {
    const { equations, dense, gradient } = createEquations(frameCount, n, s, coupled);
    const damped = Matrix.add(dense, Matrix.eye(gradient.length).mul(0.1));
    const expected = solve(damped, Matrix.columnVector(gradient).mul(-1)).to1DArray();
    const again = dense.mmul(Matrix.columnVector(expected)).to1DArray();
    for (const step of await solveAll(equations, constraints(equations, 0.1))) {
      const { frames, shared } = step!;
      [...frames, ...shared].forEach((value, i) => expect(value).toBeCloseTo(expected[i], 9));
      const product = equations.multiply({ frames, shared });
      [...product.frames, ...product.shared].forEach((value, i) => expect(value).toBeCloseTo(again[i], 9));
    }
  },
);

test('pinned unknowns take their step and the others answer to it', async () => {
  const { equations, dense, gradient } = createEquations(5, 4, 3, true);
  const pins = new Map([
    [6, 0.3],
    [11, 0],
    [21, -0.2],
  ]);
  const given = constraints(equations);
  pins.forEach((value, i) => {
    const part = i < 20 ? 'frames' : 'shared';
    given.fixed[part][i % 20] = 1;
    given.pinned[part][i % 20] = value;
  });
  for (const solved of await solveAll(equations, given)) {
    const step = [...solved!.frames, ...solved!.shared];
    pins.forEach((value, i) => expect(step[i]).toBeCloseTo(value, 12));
    const slope = dense
      .mmul(Matrix.columnVector(step))
      .to1DArray()
      .map((value, i) => value + gradient[i]);
    slope.forEach((value, i) => pins.has(i) || expect(value).toBeCloseTo(0, 9));
  }
});

test('a matrix that is not positive definite has no step', async () => {
  const { equations } = createEquations(4, 4, 2, true);
  equations.block(2)[5] = -1;
  expect(await solveAll(equations, constraints(equations))).toEqual([undefined, undefined]);
});
