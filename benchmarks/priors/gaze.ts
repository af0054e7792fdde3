import { alignSequence } from '../../src/alignment/align-sequence.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { type Capture, createCapture, landmarkPoints, type Measure } from './capture.js';

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Angles between fitted and true directions of both eyes in the head, degrees. */
function gazeErrors({ head, truth }: Capture, fitted: FitParameters): number[] {
  const J = head.parents.length;
  return truth.frameNumbers.flatMap((_, f) =>
    ['left_eye', 'right_eye'].map((eye) => {
      const at = (f * J + head.jointNames.indexOf(eye)) * 3;
      const forward = ({ jointPose }: FitParameters) => {
        const r = rotationFromAxisAngle(jointPose.subarray(at, at + 3));
        return [r[2], r[5], r[8]];
      };
      const [a, b] = [forward(fitted), forward(truth)];
      const cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
      return (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
    }),
  );
}

/** Absolute errors of the blink coefficients. */
function blinkErrors({ head, truth }: Capture, fitted: FitParameters): number[] {
  const E = head.expression.count;
  const blinks = [...(head.expression.names ?? []).keys()].filter((e) => /blink/i.test(head.expression.names![e]));
  return truth.frameNumbers.flatMap((_, f) =>
    blinks.map((e) => Math.abs(fitted.expression[f * E + e] - truth.expression[f * E + e])),
  );
}

/** Gaze and blink from the 478 points, ten of them irises: of a known observer, and through the networks from pixels. */
export async function measureGaze(head: HeadModel): Promise<Measure[]> {
  const measures: Measure[] = [];
  const add = (name: string, capture: Capture, fitted: FitParameters) =>
    measures.push(
      { name: `gaze error, ${name}`, value: mean(gazeErrors(capture, fitted)), unit: 'deg', target: '< 3' },
      { name: `blink error, ${name}`, value: mean(blinkErrors(capture, fitted)), unit: '', target: '< 0.1' },
    );
  for (const viewCount of [1, 4]) {
    const capture = createCapture(head, landmarkPoints(head), { seed: 7, frames: 16, cameras: viewCount });
    const { alignment, truth } = capture;
    alignment.source = 'landmarks';
    const { parameters } = await fitSequence({ head, alignment, cameras: truth.cameras });
    add(`known observer, ${viewCount} camera(s)`, capture, parameters);
  }
  const motion = { headRange: [0.25, 0.15, 0.08] as [number, number, number] };
  const rendered = createCapture(head, landmarkPoints(head), {
    seed: 7,
    frames: 8,
    cameras: 1,
    width: 560,
    height: 680,
    frameRate: 8,
    motion,
  });
  const alignment = await alignSequence(rendered.sequence, { head });
  const { parameters } = await fitSequence({ head, alignment, cameras: rendered.truth.cameras });
  add('rendered pictures, 1 camera', rendered, parameters);
  return measures;
}
