import { type TemporalSmoothnessOptions } from '../../src/energies/temporal-smoothness.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { type HeadModel, requireRegion } from '../../src/flame/head-model.js';
import { alignRigid, applyAlignment } from '../../src/geometry/rigid-alignment.js';
import { type Capture, createCapture, landmarkPoints, type Measure, rmsMm } from './capture.js';

/** Root mean square second difference of the fit's error over the face: what shakes that should not, millimetres. */
function jitterMm({ head, truth }: Capture, fitted: FitParameters): number {
  const face = requireRegion(head, 'face');
  const errors = truth.frameNumbers.map((_, f) => {
    const [got, wanted] = [worldVertices(head, fitted, f), truth.vertices(f)];
    return got.map((value, i) => value - wanted[i]);
  });
  let [sum, count] = [0, 0];
  for (let f = 2; f < errors.length; f++) {
    for (let i = 0; i < errors[f].length; i++) {
      if (!face[Math.floor(i / 3)]) continue;
      sum += (errors[f][i] - 2 * errors[f - 1][i] + errors[f - 2][i]) ** 2;
      count += 1 / 3;
    }
  }
  return 1000 * Math.sqrt(sum / count);
}

/**
 * Root mean square error over the face, millimetres, after one similarity for the whole sequence: one camera does not
 * tell a small head from a far one.
 */
function sequenceErrorMm({ head, truth }: Capture, fitted: FitParameters): number {
  const join = (vertices: (f: number) => Float32Array) =>
    Float32Array.from(truth.frameNumbers.flatMap((_, f) => [...vertices(f)]));
  const [got, wanted] = [join((f) => worldVertices(head, fitted, f)), join((f) => truth.vertices(f))];
  const weights = Float64Array.from({ length: got.length / 3 }, (_, v) => head.regions.face[v % head.vertexCount]);
  return rmsMm(applyAlignment(alignRigid(got, wanted, { weights, scale: true }), got), wanted, weights);
}

/**
 * The temporal term on and off, with noisy landmarks of one camera and of three. Three cameras leave less to shake than
 * heads really accelerate, so there the term should only do no harm.
 */
export async function measureTemporal(head: HeadModel, term: TemporalSmoothnessOptions = {}): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const viewCount of [1, 3]) {
    const capture = createCapture(head, landmarkPoints(head), { seed: 5, frames: 24, cameras: viewCount });
    capture.alignment.source = 'landmarks';
    const { alignment, truth } = capture;
    const options = { head, alignment, cameras: truth.cameras };
    const off = (await fitSequence({ ...options, terms: { temporalSmoothness: false } })).parameters;
    const on = (await fitSequence({ ...options, terms: { temporalSmoothness: term } })).parameters;
    const [before, after] = [off, on].map((fitted) => jitterMm(capture, fitted));
    const [errorBefore, errorAfter] = [off, on].map((fitted) => sequenceErrorMm(capture, fitted));
    const at = `, ${viewCount} camera${viewCount > 1 ? 's' : ''}`;
    measures.push(
      { name: `jitter without${at}`, value: before, unit: 'mm' },
      { name: `jitter with${at}`, value: after, unit: 'mm' },
      {
        name: `jitter lowered by${at}`,
        value: 100 * (1 - after / before),
        unit: '%',
        target: viewCount === 1 ? '> 50' : undefined,
      },
      { name: `3D error without${at}`, value: errorBefore, unit: 'mm' },
      { name: `3D error raised by${at}`, value: 100 * (errorAfter / errorBefore - 1), unit: '%', target: '< 5' },
    );
  }
  return measures;
}
