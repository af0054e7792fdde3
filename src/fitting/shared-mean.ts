import { type FitParameters } from './parameters.js';
import { type Problem, type SolverState } from './problem.js';
import { foldUnknowns, unknownBlocks } from './unknowns.js';

const sharedBlocks = ['shape', 'offsets', 'cameraMotion', 'logFocal', 'canonicalTexture'];

/** The mean of what several fits of one sequence found for all its frames: shape, offsets and cameras. */
export class SharedMean {
  private readonly sums: SolverState;

  /** @param state what another mean's `state` was. */
  constructor(state: SolverState = { 'sum.count': Float64Array.of(0) }) {
    this.sums = Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith('sum.')));
  }

  get state(): SolverState {
    return this.sums;
  }

  add(problem: Problem, parameters: FitParameters): void {
    for (const { name, values } of unknownBlocks(problem, parameters)) {
      if (!sharedBlocks.includes(name)) continue;
      const sum = (this.sums[`sum.${name}`] ??= new Float64Array(values.length));
      values.forEach((value, i) => (sum[i] += value));
    }
    this.sums['sum.count'][0]++;
  }

  /** The parameters with their shared part replaced by the mean. */
  applyTo(problem: Problem, parameters: FitParameters): FitParameters {
    const [count] = this.sums['sum.count'];
    if (count === 0) return parameters;
    const blocks = unknownBlocks(problem, parameters);
    for (const { name, values } of blocks) {
      if (sharedBlocks.includes(name)) values.set(this.sums[`sum.${name}`].map((sum) => sum / count));
    }
    return foldUnknowns(problem, parameters, blocks);
  }
}
