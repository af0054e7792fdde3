import { concat, relu } from '@tensorflow/tfjs';
import { type JointLimits } from '../flame/head-model.js';
import { assertLength, assertPositive } from '../tensor/shape.js';
import { addDiagonal } from './diagonal-prior.js';
import { type EnergyTerm } from './energy-term.js';

export interface JointPriorOptions {
  weight?: number;
  /** How far a joint may go beyond its limit, radians. */
  limitSigma?: number;
}

/**
 * Keeps joints near rest and inside their limits (ours, math.md section 6, E_joint); residual `[3, F, J, 3]`, in
 * sigmas: the angle itself, what it exceeds the upper limit by, and the lower.
 */
export function jointPrior(
  { lower, upper, sigma }: JointLimits,
  { weight = 1, limitSigma = 0.02 }: JointPriorOptions = {},
): EnergyTerm {
  const jointCount = sigma.length / 3;
  assertLength('jointPrior lower', lower, [jointCount, 3]);
  assertLength('jointPrior upper', upper, [jointCount, 3]);
  assertPositive('jointPrior', { limitSigma });
  const inverse = sigma.map((value) => 1 / value);
  return {
    name: 'jointPrior',
    weight,
    reads: ['jointPose'],
    residual: ({ jointPose, frameCount, constant }) => {
      const at = (values: Float32Array) => constant(values, [1, jointCount, 3]);
      const rows = [
        jointPose.mul(at(inverse)),
        relu(jointPose.sub(at(upper))).div(limitSigma),
        relu(at(lower).sub(jointPose)).div(limitSigma),
      ];
      return concat(
        rows.map((row) => row.reshape([1, frameCount, jointCount, 3])),
        0,
      );
    },
    gaussNewton: {
      kind: 'diagonal',
      evaluate(block, values, factor, gradient, curvature) {
        if (block !== 'jointPose') return 0;
        let energy = addDiagonal(values, inverse, undefined, factor, gradient, curvature);
        const stiffness = factor / limitSigma ** 2;
        for (let i = 0; i < values.length; i++) {
          const beyond = values[i] - Math.min(upper[i], Math.max(lower[i], values[i]));
          if (beyond === 0) continue;
          energy += (stiffness / 2) * beyond * beyond;
          if (gradient) gradient[i] += stiffness * beyond;
          if (curvature) curvature[i] += stiffness;
        }
        return energy;
      },
    },
  };
}
