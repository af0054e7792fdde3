import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { warpPictures } from '../../../src/track/canonical/match.js';
import { mapOptions, matching, matchOptions, run } from './options.js';

export const command = 'warp <source> <target>';
export const describe = 'the target in the colours of the source';

export function builder(yargs: Argv) {
  const pictures = yargs
    .positional('source', { type: 'string', demandOption: true, describe: 'picture that gives the colours' })
    .positional('target', { type: 'string', demandOption: true, describe: 'picture that gives the shape' });
  return matchOptions(mapOptions(pictures), undefined);
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  await run(
    argv,
    (options) => warpPictures([resolve(argv.source), resolve(argv.target)], matching(argv), options),
    ({ out, covered }) => [`${covered} pixels`, out],
  );
}
