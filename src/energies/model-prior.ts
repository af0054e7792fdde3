import { concat } from '@tensorflow/tfjs';
import { type HeadModel } from '../flame/head-model.js';
import { assertPositive } from '../tensor/shape.js';
import { addDiagonal } from './diagonal-prior.js';
import { type EnergyTerm } from './energy-term.js';

export interface ModelPriorOptions {
  weight?: number;
  /** Multiplies the coefficients' own standard deviations. */
  shapeSigma?: number;
  expressionSigma?: number;
}

/**
 * Keeps shape and expression coefficients plausible (FlowFace eq. 13, E_FLAME); residual `[1, S + F E]`, in sigmas.
 *
 * Each coefficient is measured in the model's own standard deviations from its mean. The shape is shared, so it is
 * counted once; every frame has its own expression.
 */
export function modelPrior(
  { shape, expression }: Pick<HeadModel, 'shape' | 'expression'>,
  { weight = 1, shapeSigma = 1, expressionSigma = 1 }: ModelPriorOptions = {},
): EnergyTerm {
  assertPositive('modelPrior', { shapeSigma, expressionSigma });
  const shapeScale = shape.sigma.map((sigma) => 1 / (sigma * shapeSigma));
  const expressionScale = expression.sigma.map((sigma) => 1 / (sigma * expressionSigma));
  return {
    name: 'modelPrior',
    weight,
    reads: ['shape', 'expression'],
    residual: (state) => {
      const constant = (values: Float32Array) => state.constant(values, [1, values.length]);
      const shapeResidual = state.shape.sub(constant(shape.mean)).mul(constant(shapeScale));
      const expressionResidual = state.expression.sub(constant(expression.mean)).mul(constant(expressionScale));
      return concat([shapeResidual.reshape([1, -1]), expressionResidual.reshape([1, -1])], 1);
    },
    gaussNewton: {
      kind: 'diagonal',
      evaluate(block, values, factor, gradient, curvature) {
        if (block === 'shape') return addDiagonal(values, shapeScale, shape.mean, factor, gradient, curvature);
        if (block === 'expression') {
          return addDiagonal(values, expressionScale, expression.mean, factor, gradient, curvature);
        }
        return 0;
      },
    },
  };
}
