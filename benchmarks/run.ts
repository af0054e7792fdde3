import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { adamwAgainstGaussNewton } from './adamw.js';
import { adamwStep } from './adamw-step.js';
import { agree } from './agree.js';
import { type Benchmark, machine } from './benchmark.js';
import { dense, paper, rig, video } from './captures.js';
import { resume } from './resume.js';
import { starts } from './starts.js';

const benchmarks: Record<string, Benchmark> = {
  agree,
  starts,
  resume,
  adamw: adamwAgainstGaussNewton,
  'adamw-step': adamwStep,
  video,
  dense,
  rig,
  paper,
};

const { only, size, json } = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('only', { choices: Object.keys(benchmarks), describe: 'one benchmark; default all' })
  .option('size', { number: true, default: 1, describe: 'scales the work: frames, starts or steps' })
  .option('json', { boolean: true, default: false, describe: 'one JSON object per benchmark, the last line for one' })
  .strict()
  .parse();

for (const name of only ? [only] : Object.keys(benchmarks)) {
  const result = await benchmarks[name](size);
  const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const report = { name, peakRssMiB, ...result, machine: machine() };
  if (json) console.log(JSON.stringify(report));
  else {
    console.log(`\n${name}`);
    for (const [key, value] of Object.entries(report).slice(1)) {
      console.log(`  ${key.padEnd(24)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
    }
  }
}
