import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { triangulateInput } from '../../../src/track/canonical/triangulate.js';
import { parseFrameRange } from '../../frame-range.js';
import { mapOptions, run } from './options.js';

export const command = 'triangulate <input>';
export const describe = 'a point cloud of each frame from calibrated views';

export function builder(yargs: Argv) {
  const input = yargs
    .positional('input', { type: 'string', demandOption: true, describe: 'folder with a folder or video per camera' })
    .option('cams', { type: 'string', demandOption: true, describe: 'calibration file' })
    .option('frames', { type: 'string', describe: 'A:B:STEP, as a Python slice' })
    .option('tolerance', { type: 'number', default: 0.05, describe: 'farthest match, canonical units' })
    .option('track-tolerance', { type: 'number', default: 0.1, describe: 'widest track, canonical units' })
    .option('reprojection', { type: 'number', default: 10, describe: 'largest reprojection error, pixels' })
    .option('minimum-track', { type: 'number', default: 2, describe: 'least number of views of a point' })
    .option('downsample', { type: 'number', default: 4, describe: 'cells of the maps averaged along each side' })
    .option('cycle', {
      type: 'number',
      default: 2,
      describe: 'forward-backward check, cells of the smaller maps; 0 for none, as the paper',
    });
  return mapOptions(input);
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  const { tolerance, trackTolerance, reprojection, minimumTrack, downsample, cycle } = argv;
  for (const [name, value] of Object.entries({ tolerance, trackTolerance, reprojection, cycle })) {
    if (!(value >= 0)) throw new Error(`--${dashed(name)}: expected a number of at least 0, got ${value}.`);
  }
  for (const [name, value, least] of [
    ['minimum-track', minimumTrack, 2],
    ['downsample', downsample, 1],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new Error(`--${name}: expected a whole number of at least ${least}, got ${value}.`);
    }
  }
  const frames = argv.frames === undefined ? undefined : parseFrameRange(argv.frames);
  const limits = { tolerance, trackTolerance, reprojection, minimumTrack, downsample, cycle: cycle || Infinity };
  await run(
    argv,
    (options) =>
      triangulateInput({ ...options, ...limits, frames, input: resolve(argv.input), cams: resolve(argv.cams) }),
    ({ out, clouds }) => [
      ...clouds.map(
        ({ frame, points, medianReprojectionPx }) =>
          `frame ${frame}: ${points} points, median reprojection ${medianReprojectionPx.toPrecision(2)} px`,
      ),
      out,
    ],
  );
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
