import { resolve } from 'node:path';
import { type Argv } from 'yargs';
import { type CanonicalOptions } from '../../../src/track/canonical/pictures.js';
import { abortOnInterrupt } from '../../exit.js';
import { progressLine } from '../../progress.js';

/** Where maps come from, and where the answers go. */
export function mapOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('maps', {
      type: 'string',
      describe: 'network of the contract canonical-map/1, or folder of maps; default the network that ships',
    })
    .option('masks', { type: 'string', describe: 'folder of foreground masks' })
    .option('out', { type: 'string', default: 'flowfit-out', describe: 'folder to write' })
    .option('face', { type: 'number', default: 0, describe: 'which face, 0 the largest' })
    .option('device', {
      choices: ['auto', 'cpu', 'cuda', 'webgpu'] as const,
      default: 'auto' as const,
      describe: 'where the network runs',
    })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' });
}

/** How near a match has to be. */
export function matchOptions<T>(yargs: Argv<T>, cycle: number | undefined) {
  return yargs
    .option('cycle', {
      type: 'number',
      default: cycle,
      describe: 'drops matches whose way back ends farther away, pixels; 0 keeps all',
    })
    .option('reach', { type: 'number', describe: 'farthest match, canonical units; default any' });
}

/** The check of matches that options ask for. */
export function matching({ cycle, reach }: { cycle?: number; reach?: number }) {
  for (const [name, value] of Object.entries({ cycle, reach })) {
    if (value !== undefined && !(value >= 0))
      throw new Error(`--${name}: expected a number of at least 0, got ${value}.`);
  }
  return { cycle: cycle || undefined, reach };
}

/** Runs some work with progress on stderr and Ctrl-C; prints what it came to. */
export async function run<Summary extends object>(
  argv: { maps?: string; masks?: string; out: string; face: number; device: CanonicalOptions['device']; json: boolean },
  work: (options: CanonicalOptions) => Promise<Summary>,
  lines: (summary: Summary) => string[],
): Promise<void> {
  const { report, clear } = progressLine(argv.json);
  const summary = await work({
    maps: argv.maps && resolve(argv.maps),
    masks: argv.masks && resolve(argv.masks),
    out: resolve(argv.out),
    face: argv.face,
    device: argv.device,
    signal: abortOnInterrupt(),
    onProgress: (done, total) =>
      report({ phase: 'maps', fraction: done / total, detail: `picture ${done} of ${total}` }),
  }).finally(clear);
  process.stdout.write(argv.json ? `${JSON.stringify(summary)}\n` : `${lines(summary).join('\n')}\n`);
}
