import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { synthesiseMultiface } from '../../src/synth/synthesise-multiface.js';
import { synthesise, type SynthesiseOptions } from '../../src/synth/synthesise.js';
import { abortOnInterrupt } from '../exit.js';
import { progressLine } from '../progress.js';

export const command = 'synth';
export const describe = 'render a synthetic multi-view sequence of a head with its ground truth';

/** Reads WIDTHxHEIGHT. */
function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = match ? match.slice(1).map(Number) : [0, 0];
  if (width < 32 || height < 32 || width > 8192 || height > 8192) {
    throw new Error(`--size: expected WIDTHxHEIGHT between 32 and 8192 pixels, got '${text}'.`);
  }
  return { width, height };
}

/** Checks that an option is a whole number in a range. */
function wholeNumber(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${option}: expected a whole number from ${least} to ${most}, got ${value}.`);
}

/** Checks that an option is a number in a range. */
function amount(option: string, value: number, most: number): number {
  if (value >= 0 && value <= most) return value;
  throw new Error(`--${option}: expected a number from 0 to ${most}, got ${value}.`);
}

export function builder(yargs: Argv) {
  return yargs
    .option('out', { type: 'string', default: 'flowfit-synth', describe: 'folder to write' })
    .option('seed', { type: 'number', default: 1, describe: 'the same seed gives the same pixels' })
    .option('frames', { type: 'number', describe: 'frames of each camera; default 48, multiface 60' })
    .option('cameras', { type: 'number', describe: 'cameras on an arc, default 4; 1: a single one; not multiface' })
    .option('size', { type: 'string', describe: 'WIDTHxHEIGHT, pixels; default 384x480, multiface 334x512' })
    .option('rate', { type: 'number', describe: 'frames per second, default 25; multiface has 30' })
    .option('head', { type: 'string', describe: 'head model (see `flowfit model`); default the open head' })
    .option('layout', {
      choices: ['flowfit', 'multiface'] as const,
      default: 'flowfit' as const,
      describe: "folder layout: ours, or Multiface's with tracked meshes of another topology",
    })
    .option('people', { type: 'number', describe: 'multiface: how many; default 4' })
    .option('sequences', { type: 'number', describe: 'multiface: performances of each person; default 3' })
    .option('topology', {
      choices: ['dual', 'own'] as const,
      describe: "multiface: triangles of the tracked meshes, default dual; own: the head model's",
    })
    .option('quality', { type: 'number', describe: 'JPEG quality, default 90; multiface has PNG' })
    .option('blur', { type: 'number', default: 0, describe: 'Gaussian blur, pixels' })
    .option('noise', { type: 'number', default: 0, describe: 'sensor noise, codes of 255' })
    .option('meshes', { type: 'boolean', describe: 'write the true meshes as OBJ; multiface always has them' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' });
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

/** Options that only one of the layouts has. */
const layoutOptions = {
  flowfit: ['cameras', 'rate', 'quality', 'meshes'],
  multiface: ['people', 'sequences', 'topology'],
} as const;

export async function handler(argv: Arguments): Promise<void> {
  const other = argv.layout === 'flowfit' ? 'multiface' : 'flowfit';
  const foreign = layoutOptions[other].find((name) => argv[name] !== undefined);
  if (foreign) throw new Error(`--${foreign}: expected only with --layout ${other}, got it with ${argv.layout}.`);
  const { report, clear } = progressLine(argv.json);
  const options = {
    ...(argv.size !== undefined && parseSize(argv.size)),
    out: resolve(argv.out),
    head: argv.head,
    seed: wholeNumber('seed', argv.seed, 0, 2 ** 31),
    frames: optional(argv.frames, (frames) => wholeNumber('frames', frames, 1, 100000)),
    degradations: { blur: amount('blur', argv.blur, 50), noise: amount('noise', argv.noise, 100) },
    signal: abortOnInterrupt(),
    onProgress: (done: number, total: number) =>
      report({ phase: 'render', fraction: done / total, detail: `image ${done} of ${total}` }),
  };
  const work = argv.layout === 'multiface' ? writeMultiface(argv, options) : writeOurs(argv, options);
  const { summary, images } = await work.finally(clear);
  const { seconds, out } = summary;
  process.stdout.write(
    argv.json ? `${JSON.stringify(summary)}\n` : `${images} images in ${seconds.toFixed(1)} s: ${out}\n`,
  );
}

type CommonOptions = Omit<SynthesiseOptions, 'cameras' | 'frameRate' | 'quality' | 'meshes'>;

async function writeOurs({ cameras, rate, quality, meshes }: Arguments, options: CommonOptions) {
  const summary = await synthesise({
    ...options,
    cameras: optional(cameras, (count) => wholeNumber('cameras', count, 1, 64)),
    frameRate: optional(rate, (count) => wholeNumber('rate', count, 1, 1000)),
    quality: optional(quality, (value) => wholeNumber('quality', value, 1, 100)),
    meshes,
  });
  return { summary, images: summary.images };
}

async function writeMultiface({ people, sequences, topology }: Arguments, options: CommonOptions) {
  const summary = await synthesiseMultiface({
    ...options,
    people: optional(people, (count) => wholeNumber('people', count, 1, 1000)),
    sequences: optional(sequences, (count) => wholeNumber('sequences', count, 1, 1000)),
    topology,
  });
  return { summary, images: summary.frames };
}

function optional<T, U>(value: T | undefined, check: (value: T) => U): U | undefined {
  return value === undefined ? undefined : check(value);
}
