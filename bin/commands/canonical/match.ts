import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { matchPictures } from '../../../src/track/canonical/match.js';
import { mapOptions, matching, matchOptions, run } from './options.js';

export const command = 'match <first> <second>';
export const describe = 'where each pixel of one picture lies in another';

export function builder(yargs: Argv) {
  const pictures = yargs
    .positional('first', { type: 'string', demandOption: true, describe: 'picture' })
    .positional('second', { type: 'string', demandOption: true, describe: 'picture' });
  return matchOptions(mapOptions(pictures), 2);
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  await run(
    argv,
    (options) => matchPictures([resolve(argv.first), resolve(argv.second)], matching(argv), options),
    ({ out, matches, foreground, medianDistance, seconds }) => [
      `${matches} matches of ${foreground[0]} and ${foreground[1]} pixels in ${seconds.toFixed(2)} s, ` +
        `median distance ${medianDistance.toPrecision(3)}`,
      out,
    ],
  );
}
