import { type TermOptions } from '../../src/fitting/build-problem.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type HeadModel, requireRegion } from '../../src/flame/head-model.js';
import { createCapture, everyVertex, landmarkPoints, type Measure, worldErrorMm } from './capture.js';

/** Four cameras, 32 frames, noise of 1 to 4 pixels, from every vertex and from the 478 points. */
export async function measureAccuracy(head: HeadModel, terms?: TermOptions): Promise<Measure[]> {
  const face = requireRegion(head, 'face');
  const measures: Measure[] = [];
  for (const [name, points] of [
    ['every vertex', everyVertex(head)],
    ['478 points', landmarkPoints(head)],
  ] as const) {
    const capture = createCapture(head, points, { seed: 2, frames: 32, cameras: 4 });
    const { alignment, truth } = capture;
    const { parameters } = await fitSequence({ head, alignment, cameras: truth.cameras, terms });
    const dense = name === 'every vertex';
    measures.push(
      {
        name: `all vertices from ${name}`,
        value: worldErrorMm(capture, parameters),
        unit: 'mm',
        target: dense ? '< 0.3' : undefined,
      },
      {
        name: `face from ${name}`,
        value: worldErrorMm(capture, parameters, face),
        unit: 'mm',
        target: dense ? undefined : '< 0.6',
      },
    );
  }
  return measures;
}
