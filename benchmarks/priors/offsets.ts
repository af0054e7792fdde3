import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type HeadModel, requireRegion } from '../../src/flame/head-model.js';
import { createCapture, everyVertex, type Measure, neutralErrorMm, rmsMm } from './capture.js';
import { shapeHead } from '../../src/flame/pose-head.js';

/** Metres. */
const shift = 0.002;

/** A nose moved 2 mm to the side, out of the basis, seen by four cameras. */
export async function measureOffsets(head: HeadModel): Promise<Measure[]> {
  const nose = requireRegion(head, 'nose');
  const offsets = Float32Array.from(head.template, (_, i) => (i % 3 === 0 && nose[Math.floor(i / 3)] ? shift : 0));
  const capture = createCapture(head, everyVertex(head), { seed: 3, frames: 8, cameras: 4, offsets });
  const { alignment, truth } = capture;
  const errors: number[] = [];
  for (const offsetRegion of ['none', 'nose']) {
    const { parameters } = await fitSequence({ head, alignment, cameras: truth.cameras, offsetRegion });
    errors.push(rmsMm(shapeHead(head, parameters), shapeHead(head, truth), nose));
    if (offsetRegion === 'nose') errors.push(neutralErrorMm(capture, parameters));
  }
  return [
    { name: 'nose error without offsets', value: errors[0], unit: 'mm', target: '> 0.5' },
    { name: 'nose error with offsets', value: errors[1], unit: 'mm', target: '< 0.5' },
    { name: 'whole head with offsets', value: errors[2], unit: 'mm' },
  ];
}
