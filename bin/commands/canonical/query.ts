import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { queryPoints } from '../../../src/track/canonical/query.js';
import { mapOptions, run } from './options.js';

export const command = 'query <pictures..>';
export const describe = 'finds points that some pictures show in all of them';

export function builder(yargs: Argv) {
  const pictures = yargs
    .positional('pictures', { type: 'string', array: true, demandOption: true, describe: 'pictures' })
    .option('points', {
      type: 'string',
      demandOption: true,
      describe: 'JSON file: name of a point -> picture -> [x, y], pixels',
    })
    .option('reach', { type: 'number', describe: 'farthest that a pixel may be from a point, canonical units' });
  return mapOptions(pictures);
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  const paths = argv.pictures.map((path) => resolve(path));
  await run(
    argv,
    (options) => queryPoints(paths, resolve(argv.points), { reach: argv.reach }, options),
    ({ out, points }) => [
      ...Object.entries(points).map(([name, { found, spread }]) => {
        const count = Object.values(found).filter((place) => place !== null).length;
        return `${name}: found in ${count} of ${paths.length} pictures, spread ${spread.toPrecision(2)}`;
      }),
      out,
    ],
  );
}
