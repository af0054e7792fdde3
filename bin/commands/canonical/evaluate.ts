import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { evaluateInput } from '../../../src/track/canonical/evaluate.js';
import { parseFrameRange } from '../../frame-range.js';
import { mapOptions, matching, matchOptions, run } from './options.js';

export const command = 'evaluate <input>';
export const describe = "the papers' figures of matches against ground truth";

export function builder(yargs: Argv) {
  const input = yargs
    .positional('input', {
      type: 'string',
      demandOption: true,
      describe: 'pictures with ground truth: a folder of `flowfit synth`, or a Multiface capture',
    })
    .option('frames', { type: 'string', describe: 'A:B:STEP, as a Python slice' })
    .option('margins', { type: 'string', default: '2,8', describe: 'frames between the pictures of a pair' })
    .option('pairs', { type: 'number', default: 8, describe: 'pairs of each camera and margin, at most' });
  return matchOptions(mapOptions(input), undefined);
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  const margins = argv.margins.split(',').map(Number);
  if (!margins.every((margin) => Number.isInteger(margin) && margin > 0)) {
    throw new Error(`--margins: expected whole numbers above 0 with commas between, got '${argv.margins}'.`);
  }
  const { pairs } = argv;
  if (!(Number.isInteger(pairs) && pairs > 0)) {
    throw new Error(`--pairs: expected a whole number above 0, got ${pairs}.`);
  }
  const frames = argv.frames === undefined ? undefined : parseFrameRange(argv.frames);
  await run(
    argv,
    (options) => evaluateInput({ ...options, ...matching(argv), frames, margins, pairs, input: resolve(argv.input) }),
    ({ out, rows }) => [
      ...rows.map(
        ({ metric, group, figure, value, unit }) =>
          `${metric.padEnd(6)} ${group.padEnd(10)} ${figure.padEnd(10)} ${value === null ? '-' : `${value.toPrecision(4)} ${unit}`}`,
      ),
      out,
    ],
  );
}
