import { type HeadModel } from '../flame/head-model.js';

/**
 * Plausible combinations of expression units, named as ARKit's 52 are; a name without a side means both. `jaw` is the
 * share of the jaw's range.
 */
export const FACIAL_ACTIONS: Record<string, number>[] = [
  { mouthSmile: 0.85, cheekSquint: 0.4, eyeSquint: 0.25 },
  { mouthSmile: 0.7, mouthUpperUp: 0.35, mouthStretch: 0.2, cheekSquint: 0.4, jaw: 0.15 },
  { mouthFrown: 0.7, browInnerUp: 0.7, mouthShrugLower: 0.3 },
  { browDown: 0.8, noseSneer: 0.3, mouthPress: 0.5, eyeSquint: 0.3 },
  { browInnerUp: 0.8, browOuterUp: 0.8, eyeWide: 0.7, jaw: 0.55 },
  { mouthPucker: 0.85 },
  { mouthFunnel: 0.8, jaw: 0.2 },
  { noseSneer: 0.8, mouthUpperUp: 0.4, browDown: 0.4 },
  { mouthSmileLeft: 0.75, mouthDimpleLeft: 0.3, browOuterUpRight: 0.4 },
  { mouthSmileRight: 0.7, mouthRight: 0.3, browOuterUpLeft: 0.5 },
  { cheekPuff: 0.7, mouthPress: 0.4 },
  { mouthRollLower: 0.5, mouthRollUpper: 0.4, mouthPress: 0.3 },
  { mouthStretch: 0.7, browInnerUp: 0.3, jaw: 0.1 },
  { eyeSquint: 0.8, cheekSquint: 0.5, browDown: 0.3 },
  { mouthLeft: 0.6 },
  { jaw: 0.8, mouthLowerDown: 0.2 },
];

/** Units that shape the mouth while it speaks. */
export const SPEECH_UNITS = ['mouthFunnel', 'mouthPucker', 'mouthStretch', 'mouthLowerDown', 'mouthUpperUp'];

/** A unit's name without case, underscores and with sides written out: `eyeBlink_L` is `eyeblinkleft`. */
function plainName(name: string): string {
  return name.replace(/_?L$/, 'Left').replace(/_?R$/, 'Right').replace(/[_\s]/g, '').toLowerCase();
}

/** Finds the coefficients a unit's name stands for: one, a left and a right one, or none. */
export function createUnitFinder(head: Pick<HeadModel, 'expression'>): (unit: string) => number[] {
  const names = (head.expression.names ?? []).map(plainName);
  return (unit) => {
    const wanted = [unit, `${unit}Left`, `${unit}Right`].map(plainName);
    return names.flatMap((name, index) => (wanted.includes(name) ? [index] : []));
  };
}
