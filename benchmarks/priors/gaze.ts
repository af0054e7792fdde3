import { alignSequence } from '../../src/alignment/align-sequence.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { loadOpenHeadSkins } from '../../src/synth/open-head-skins.js';
import { type Capture, createCapture, landmarkPoints, type Measure } from './capture.js';

/** Blink coefficient beyond which the lids hide the iris. */
const closed = 0.6;
/** Seeds of the people measured. */
const people = [7, 8, 9];

interface Fit {
  capture: Capture;
  parameters: FitParameters;
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Angles between fitted and true directions of both eyes in the head, degrees; not of eyes behind closed lids. */
function gazeErrors({ head, truth }: Capture, fitted: FitParameters): number[] {
  const J = head.parents.length;
  const E = head.expression.count;
  const blinks = blinkUnits(head);
  return truth.frameNumbers.flatMap((_, f) => {
    if (blinks.some((e) => truth.expression[f * E + e] > closed)) return [];
    return ['left_eye', 'right_eye'].map((eye) => {
      const at = (f * J + head.jointNames.indexOf(eye)) * 3;
      const forward = ({ jointPose }: FitParameters) => {
        const r = rotationFromAxisAngle(jointPose.subarray(at, at + 3));
        return [r[2], r[5], r[8]];
      };
      const [a, b] = [forward(fitted), forward(truth)];
      const cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
      return (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
    });
  });
}

function blinkUnits({ expression }: HeadModel): number[] {
  const names = expression.names ?? [];
  return [...names.keys()].filter((e) => /blink/i.test(names[e]));
}

/** Absolute errors of the blink coefficients. */
function blinkErrors({ head, truth }: Capture, fitted: FitParameters): number[] {
  const E = head.expression.count;
  return truth.frameNumbers.flatMap((_, f) =>
    blinkUnits(head).map((e) => Math.abs(fitted.expression[f * E + e] - truth.expression[f * E + e])),
  );
}

/** Gaze and blink from the 478 points, ten of them irises: of a known observer, and through the networks from pixels. */
export async function measureGaze(head: HeadModel): Promise<Measure[]> {
  const measures: Measure[] = [];
  const add = (name: string, fits: Fit[]) => {
    const over = (errors: typeof gazeErrors) =>
      mean(fits.flatMap(({ capture, parameters }) => errors(capture, parameters)));
    measures.push(
      { name: `gaze error, ${name}`, value: over(gazeErrors), unit: 'deg', target: '< 3' },
      { name: `blink error, ${name}`, value: over(blinkErrors), unit: '', target: '< 0.1' },
    );
  };
  for (const viewCount of [1, 4]) {
    const fits: Fit[] = [];
    for (const seed of people) {
      const capture = createCapture(head, landmarkPoints(head), { seed, frames: 16, cameras: viewCount });
      capture.alignment.source = 'landmarks';
      const { parameters } = await fitSequence({ head, alignment: capture.alignment, cameras: capture.truth.cameras });
      fits.push({ capture, parameters });
    }
    add(`known observer, ${viewCount} camera(s)`, fits);
  }
  const motion = { headRange: [0.25, 0.15, 0.08] as [number, number, number] };
  const fits: Fit[] = [];
  for (const seed of people) {
    const size = { width: 560, height: 680 };
    const options = { seed, frames: 12, cameras: 1, ...size, frameRate: 6, motion, skins: await loadOpenHeadSkins() };
    const capture = createCapture(head, landmarkPoints(head), options);
    const alignment = await alignSequence(capture.sequence, { head });
    const { parameters } = await fitSequence({ head, alignment, cameras: capture.truth.cameras });
    fits.push({ capture, parameters });
  }
  add('rendered pictures, 1 camera', fits);
  return measures;
}
