import { concat } from '@tensorflow/tfjs';
import { assertPositive } from '../tensor/shape.js';
import { addDiagonal } from './diagonal-prior.js';
import { type EnergyTerm } from './energy-term.js';

export interface CameraPriorOptions {
  weight?: number;
  /** Standard deviation of the logarithm of the focal length. */
  focalSigma?: number;
  /** Standard deviations of a camera's rotation (radians) and position (metres). */
  rotationSigma?: number;
  translationSigma?: number;
}

/**
 * Holds refined cameras near their calibration, and an unknown focal length near its initial value (ours); residual
 * `[1, 7 C]`, in sigmas.
 */
export function cameraPrior({
  weight = 1,
  focalSigma = 0.3,
  rotationSigma = 0.05,
  translationSigma = 0.03,
}: CameraPriorOptions = {}): EnergyTerm {
  assertPositive('cameraPrior', { focalSigma, rotationSigma, translationSigma });
  const motionScale = Float64Array.from({ length: 6 }, (_, k) => 1 / (k < 3 ? rotationSigma : translationSigma));
  const focalScale = Float64Array.of(1 / focalSigma);
  return {
    name: 'cameraPrior',
    weight,
    reads: ['cameras', 'focal'],
    residual: ({ cameraMotion, logFocal, viewCount }) => {
      const rows = [
        cameraMotion.slice([0, 0], [3, viewCount]).div(rotationSigma),
        cameraMotion.slice([3, 0], [3, viewCount]).div(translationSigma),
        logFocal.div(focalSigma),
      ];
      return concat(rows, 0).reshape([1, 7 * viewCount]);
    },
    gaussNewton: {
      kind: 'diagonal',
      evaluate(block, values, factor, gradient, curvature) {
        if (block === 'cameraMotion') return addDiagonal(values, motionScale, undefined, factor, gradient, curvature);
        if (block === 'logFocal') return addDiagonal(values, focalScale, undefined, factor, gradient, curvature);
        return 0;
      },
    },
  };
}
