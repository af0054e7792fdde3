import { zeros } from '@tensorflow/tfjs';
import { assertPositive } from '../tensor/shape.js';
import { addDiagonal } from './diagonal-prior.js';
import { type EnergyTerm } from './energy-term.js';

export interface DeformationOptions {
  weight?: number;
  /** Standard deviation of a vertex's offset per axis, metres. */
  sigma?: number;
}

/** Keeps the per-vertex offsets small (FlowFace's E_deform); residual `[3, M]`, in sigmas, M free vertices. */
export function deformation({ weight = 1, sigma = 1e-3 }: DeformationOptions = {}): EnergyTerm {
  assertPositive('deformation', { sigma });
  return {
    name: 'deformation',
    weight,
    reads: ['offsets'],
    residual: ({ offsets }) => (offsets ? offsets.div(sigma) : zeros([3, 1])),
    gaussNewton: {
      kind: 'diagonal',
      evaluate: (block, values, factor, gradient, curvature) =>
        block === 'offsets' ? addDiagonal(values, [1 / sigma], undefined, factor, gradient, curvature) : 0,
    },
  };
}
