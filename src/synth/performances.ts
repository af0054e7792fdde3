import { type HeadModel } from '../flame/head-model.js';
import { createUnitFinder } from './facial-actions.js';
import { pulse } from './smooth-curve.js';

/** What a person was asked to do: one expression from rest and back, or a sentence. */
export interface Performance {
  name: string;
  /** Expression units at the peak, named as in {@link FACIAL_ACTIONS}; `jaw` is the share of the jaw's range. */
  peak: Record<string, number>;
  /** Talks all the while. */
  speaks?: boolean;
  /** Shuts the eyes once at least. */
  blinks?: boolean;
}

/** Performances named and meant as in Multiface's script; the first are those that FlowFace's subset shows. */
export const PERFORMANCES: Performance[] = [
  { name: 'E057_Cheeks_Puffed', peak: { cheekPuff: 1, mouthPress: 0.5, mouthPucker: 0.15 } },
  { name: 'SEN_a_good_morrow_to_you_my_boy', peak: {}, speaks: true, blinks: true },
  {
    name: 'E029_Show_All_Teeth',
    peak: { mouthUpperUp: 0.9, mouthLowerDown: 0.9, mouthStretch: 0.6, noseSneer: 0.3, cheekSquint: 0.4, jaw: 0.08 },
  },
  {
    name: 'E028_Scream_Eyebrows_Up',
    peak: { browInnerUp: 0.9, browOuterUp: 0.9, eyeWide: 0.6, mouthStretch: 0.4, mouthLowerDown: 0.4, jaw: 1 },
  },
  { name: 'E009_Smile_Mouth_Open', peak: { mouthSmile: 0.9, mouthUpperUp: 0.3, cheekSquint: 0.4, jaw: 0.3 } },
  { name: 'SEN_youre_boiling_milk_aint_you', peak: { browInnerUp: 0.4 }, speaks: true, blinks: true },
  { name: 'E020_Lower_Eyebrows', peak: { browDown: 1, eyeSquint: 0.5, noseSneer: 0.2 }, blinks: true },
  { name: 'E026_Oooo', peak: { mouthFunnel: 0.8, mouthPucker: 0.3, jaw: 0.25 } },
  { name: 'E041_Mouth_Nose_Right', peak: { mouthRight: 0.9, noseSneerRight: 0.5, mouthSmileRight: 0.3 } },
];

/** Rise, hold and fall of the expression, in shares of the time. */
const [START, RISE, HOLD, FALL] = [0.12, 0.28, 0.22, 0.25];

/**
 * Adds the expression of a performance: rest, peak, rest.
 *
 * @param times `[F]` seconds.
 * @param expression `[F, E]`, changed in place.
 * @returns `[F]` how far each frame opens the jaw.
 */
export function addPeak(
  head: Pick<HeadModel, 'expression'>,
  { peak }: Performance,
  times: ArrayLike<number>,
  expression: Float32Array,
): Float64Array {
  const find = createUnitFinder(head);
  const duration = times[times.length - 1] - times[0];
  const jaw = new Float64Array(times.length);
  for (let f = 0; f < times.length; f++) {
    const share = duration > 0 ? (times[f] - times[0]) / duration : 0.5;
    const level = pulse(share, START, RISE, HOLD, FALL);
    for (const [unit, amount] of Object.entries(peak)) {
      if (unit === 'jaw') jaw[f] += level * amount;
      for (const e of find(unit)) expression[f * head.expression.count + e] += level * amount;
    }
  }
  return jaw;
}
