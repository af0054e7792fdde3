import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { type Problem } from '../../src/fitting/problem.js';
import { unknownBlocks } from '../../src/fitting/unknowns.js';
import { formatNpz } from '../../src/tensor/npz.js';
import { type NpyArray } from '../../src/tensor/npy.js';

const run = promisify(execFile);
const script = join('benchmarks', 'peers', 'adamw_torch.py');

/** What one side of the comparison did. */
export interface Steps {
  /** Milliseconds of each step: on the clock, and on the processor, all threads together. */
  milliseconds: number[];
  processor: number[];
  /** Before each step. */
  energies: number[];
  engine?: string;
}

/**
 * The same steps in PyTorch; nothing where Python or PyTorch is missing.
 *
 * @param threads PyTorch's own choice where absent.
 * @throws PyTorch is there and the fit fails.
 */
export async function runTorchAdamw(
  problem: Problem,
  initial: FitParameters,
  steps: number,
  threads?: number,
): Promise<Steps | undefined> {
  const python = process.env.FLOWFIT_PYTHON ?? 'python3';
  try {
    await run(python, ['-c', 'import torch, numpy']);
  } catch {
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'flowfit-torch-'));
  try {
    const workload = join(folder, 'workload.npz');
    await writeFile(workload, formatNpz(workloadArrays(problem, initial), { compress: false }));
    const { stdout } = await run(python, [script, workload, String(steps), ...(threads ? [String(threads)] : [])], {
      maxBuffer: 1 << 24,
    });
    const { torch, threads: used, ...measured } = JSON.parse(stdout);
    return { ...measured, engine: `PyTorch ${torch}, ${used} threads` };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The problem's constants and its start, in the layouts that `adamw_torch.py` reads. */
function workloadArrays(problem: Problem, initial: FitParameters): Record<string, NpyArray> {
  const { head, cameras, times } = problem;
  const [F, C, V, J] = [times.length, cameras.length, head.vertexCount, head.parents.length];
  const alignment = problem.terms.find(({ name }) => name === 'alignment')!;
  const temporal = problem.terms.find(({ name }) => name === 'temporalSmoothness')!;
  if (temporal.gaussNewton?.kind !== 'acceleration') throw new Error('adamw peer: expected accelerations.');
  const { points, stencil, pointWeights } = temporal.gaussNewton;
  const vertices = points.faces.map(
    (face, n) => head.faces[face * 3 + points.barycentric.subarray(n * 3, n * 3 + 3).indexOf(1)],
  );
  const floats = (values: ArrayLike<number>, ...shape: number[]): NpyArray => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from(values),
  });
  const integers = (data: Int32Array): NpyArray => ({ dtype: 'int32', shape: [data.length], data });
  const entries = (rows: number[]) => cameras.flatMap(({ cameraFromWorld }) => rows.map((k) => cameraFromWorld[k]));
  const arrays: Record<string, NpyArray> = {
    template: floats(head.template, V, 3),
    shape_basis: floats(head.shape.basis, head.shape.count, V, 3),
    expression_basis: floats(head.expression.basis, head.expression.count, V, 3),
    joint_regressor: floats(head.jointRegressor, J, V),
    skinning_weights: floats(head.skinningWeights, V, J),
    parents: integers(head.parents),
    shape_mean: floats(head.shape.mean, head.shape.count),
    shape_sigma: floats(head.shape.sigma, head.shape.count),
    expression_mean: floats(head.expression.mean, head.expression.count),
    expression_sigma: floats(head.expression.sigma, head.expression.count),
    joint_lower: floats(head.jointLimits!.lower, J, 3),
    joint_upper: floats(head.jointLimits!.upper, J, 3),
    joint_sigma: floats(head.jointLimits!.sigma, J, 3),
    limit_sigma: floats([0.02]),
    free_joints: floats(problem.freeJoints, J),
    view_rotation: floats(entries([0, 1, 2, 4, 5, 6, 8, 9, 10]), C, 3, 3),
    view_translation: floats(entries([3, 7, 11]), C, 3),
    K: floats(
      cameras.flatMap(({ K }) => [...K]),
      C,
      3,
      3,
    ),
    target: floats(alignment.pixels!.target, 2, C, F, V),
    inverse_sigma: floats(alignment.pixels!.inverseSigma, C, F, V),
    observation_weights: floats(alignment.observationWeights!, C, F, V),
    cauchy: floats([alignment.robust!.cauchyScale!]),
    temporal_vertices: integers(vertices),
    temporal_weights: floats(pointWeights, pointWeights.length),
    stencil: floats(
      stencil.flatMap((row) => [...row]),
      3,
      F - 2,
    ),
    term_weights: floats([alignment.weight, temporal.weight], 2),
    head_rotation: floats(initial.headRotation, F, 3, 3),
  };
  for (const { name, shape, values, unit } of unknownBlocks(problem, initial)) {
    arrays[`start_${name}`] = floats(values, ...shape);
    arrays[`unit_${name}`] = floats([unit]);
  }
  return arrays;
}
