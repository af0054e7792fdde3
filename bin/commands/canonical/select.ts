import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { selectRegions } from '../../../src/track/canonical/query.js';
import { mapOptions, run } from './options.js';

export const command = 'select <pictures..>';
export const describe = 'finds a region that is painted in some pictures in all of them';

export function builder(yargs: Argv) {
  const pictures = yargs
    .positional('pictures', { type: 'string', array: true, demandOption: true, describe: 'pictures' })
    .option('selection', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'picture=mask, once for each painted picture: bright is selected',
    })
    .option('resolution', { type: 'number', default: 48, describe: 'voxels along each side of canonical space' })
    .option('share', { type: 'number', default: 0.5, describe: 'share of the pictures that have to agree, 0 to 1' });
  return mapOptions(pictures);
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  const { resolution, share } = argv;
  if (!(Number.isInteger(resolution) && resolution >= 1 && resolution <= 256)) {
    throw new Error(`--resolution: expected a whole number from 1 to 256, got ${resolution}.`);
  }
  if (!(share >= 0 && share <= 1)) throw new Error(`--share: expected a number from 0 to 1, got ${share}.`);
  const selections = argv.selection.map((text) => {
    const at = text.indexOf('=');
    if (at <= 0) throw new Error(`--selection: expected picture=mask, got '${text}'.`);
    return { picture: text.slice(0, at), mask: resolve(text.slice(at + 1)) };
  });
  await run(
    argv,
    (options) =>
      selectRegions(
        argv.pictures.map((path) => resolve(path)),
        selections,
        { resolution, share },
        options,
      ),
    ({ out, pixels }) => [...Object.entries(pixels).map(([name, count]) => `${name}: ${count} pixels`), out],
  );
}
