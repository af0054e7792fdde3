import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { canonicaliseFile } from '../../../src/track/canonical/canonicalise.js';

export const command = 'canonicalise <points>';
export const describe = 'takes reconstructed points to the canonical head through a result';

export function builder(yargs: Argv) {
  return yargs
    .positional('points', { type: 'string', demandOption: true, describe: 'PLY file, metres, world of the result' })
    .option('result', { type: 'string', demandOption: true, describe: 'result folder of `flowfit track`' })
    .option('frame', { type: 'number', demandOption: true, describe: 'frame number of the points' })
    .option('to', {
      choices: ['neutral', 'template', 'cube'] as const,
      default: 'neutral' as const,
      describe: "the person's own head at rest, the model's, or that in the unit cube",
    })
    .option('head', { type: 'string', describe: "the result's head model; default the open head" })
    .option('out', { type: 'string', demandOption: true, describe: 'PLY file to write' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' });
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler({ points, result, frame, to, head, out, json }: Arguments): Promise<void> {
  const paths = { points: resolve(points), result: resolve(result), out: resolve(out) };
  const summary = await canonicaliseFile({ ...paths, frame, to, head });
  const text = `${summary.points} points, median ${(1000 * summary.medianDistance).toPrecision(3)} mm from the tracked head`;
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${text}\n${summary.out}\n`);
}
