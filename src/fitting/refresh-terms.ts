import { type EnergyTerm, type ParameterName } from '../energies/energy-term.js';
import { shapeHead } from '../flame/pose-head.js';
import { type FitParameters } from './parameters.js';
import { type Problem } from './problem.js';
import { worldVertices } from './residuals.js';

/** Whether some term holds things fixed that have to be renewed during a fit. */
export function needsRefresh(terms: EnergyTerm[]): boolean {
  return terms.some((term) => term.refresh !== undefined);
}

/**
 * Lets the terms renew what they hold fixed, at the parameters as they are.
 *
 * @param solves parameters that the terms solve themselves, in place.
 */
export function refreshTerms(
  { head }: Pick<Problem, 'head'>,
  terms: EnergyTerm[],
  parameters: FitParameters,
  solves: ParameterName[] = [],
): void {
  const known = new Map<number, Float32Array>();
  const vertices = (frame: number) => {
    if (!known.has(frame)) {
      // Terms go through the frames in order: older ones are not asked for again.
      if (known.size > 1) known.clear();
      known.set(frame, worldVertices(head, parameters, frame));
    }
    return known.get(frame)!;
  };
  const { cameras, canonicalTexture } = parameters;
  const neutral = () => shapeHead(head, { shape: parameters.shape, offsets: parameters.offsets });
  for (const term of terms) term.refresh?.({ cameras, vertices, neutral, canonicalTexture, solves });
}
