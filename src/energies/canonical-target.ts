import { type Tensor2D } from '@tensorflow/tfjs';
import { type CanonicalObservations } from './canonical-observations.js';
import { type FitScene, type FitState, type ParameterName } from './energy-term.js';

/** What the canonical energy compares a map with: canonical coordinates of its N samples. */
export interface CanonicalTarget {
  /** What the targets depend on, by autodiff. */
  reads: readonly ParameterName[];
  /** `[N, 3]` canonical units. */
  at(scene: FitScene): Float64Array;
  /** `[3, N]` canonical units. */
  tensor(state: FitState): Tensor2D;
  /**
   * Improves what the target solves by itself, from what the samples see.
   *
   * @param pixels `[N, 2]` of one image, where the pictures show the samples.
   */
  solve?(scene: FitScene, observations: CanonicalObservations, pixels: (image: number) => Float64Array): void;
}
