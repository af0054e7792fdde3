import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { shapeHead } from '../../src/flame/pose-head.js';
import { createRandom } from '../../src/synth/random.js';
import { createCapture, landmarkPoints, type Measure, neutralErrorMm } from './capture.js';

const people = 4;
/** Metres per axis. */
const meshNoise = 0.001;

/** One view and a neutral mesh of 1 mm noise: what the mesh is worth. */
export async function measureNeutralPrior(head: HeadModel): Promise<Measure[]> {
  const totals = { without: 0, with: 0 };
  for (let seed = 1; seed <= people; seed++) {
    const capture = createCapture(head, landmarkPoints(head), { seed, frames: 8, cameras: 1 });
    const noise = createRandom(seed).fork('mesh');
    const neutral = shapeHead(head, capture.truth).map((value) => value + meshNoise * noise.normal());
    const { alignment } = capture;
    const region = head.regions.face;
    const without = await fitSequence({ head, alignment });
    totals.without += neutralErrorMm(capture, without.parameters, region) / people;
    const guided = await fitSequence({ head, alignment, neutral });
    totals.with += neutralErrorMm(capture, guided.parameters, region) / people;
  }
  return [
    { name: 'neutral error without mesh', value: totals.without, unit: 'mm' },
    { name: 'neutral error with mesh', value: totals.with, unit: 'mm' },
    { name: 'lowered by', value: 100 * (1 - totals.with / totals.without), unit: '%', target: '> 30' },
  ];
}
