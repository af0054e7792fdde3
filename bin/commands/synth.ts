import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { synthesise } from '../../src/synth/synthesise.js';
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
    .option('frames', { type: 'number', default: 48, describe: 'frames of each camera' })
    .option('cameras', { type: 'number', default: 4, describe: 'cameras on an arc; 1: a single one' })
    .option('size', { type: 'string', default: '384x480', describe: 'WIDTHxHEIGHT, pixels' })
    .option('rate', { type: 'number', default: 25, describe: 'frames per second' })
    .option('head', { type: 'string', describe: 'head model (see `flowfit model`); default the open head' })
    .option('layout', { choices: ['flowfit'] as const, default: 'flowfit' as const, describe: 'folder layout' })
    .option('quality', { type: 'number', default: 90, describe: 'JPEG quality' })
    .option('blur', { type: 'number', default: 0, describe: 'Gaussian blur, pixels' })
    .option('noise', { type: 'number', default: 0, describe: 'sensor noise, codes of 255' })
    .option('meshes', { type: 'boolean', default: false, describe: 'write the true meshes as OBJ' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' });
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  const { report, clear } = progressLine(argv.json);
  const summary = await synthesise({
    ...parseSize(argv.size),
    out: resolve(argv.out),
    head: argv.head,
    seed: wholeNumber('seed', argv.seed, 0, 2 ** 31),
    frames: wholeNumber('frames', argv.frames, 1, 100000),
    cameras: wholeNumber('cameras', argv.cameras, 1, 64),
    frameRate: wholeNumber('rate', argv.rate, 1, 1000),
    quality: wholeNumber('quality', argv.quality, 1, 100),
    degradations: { blur: amount('blur', argv.blur, 50), noise: amount('noise', argv.noise, 100) },
    meshes: argv.meshes,
    signal: abortOnInterrupt(),
    onProgress: (done, total) =>
      report({ phase: 'render', fraction: done / total, detail: `image ${done} of ${total}` }),
  }).finally(clear);
  const { images, seconds, out } = summary;
  process.stdout.write(
    argv.json ? `${JSON.stringify(summary)}\n` : `${images} images in ${seconds.toFixed(1)} s: ${out}\n`,
  );
}
