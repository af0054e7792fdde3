import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { adamwAgainstGaussNewton } from './adamw.js';
import { adamwStep } from './adamw-step.js';
import { agree } from './agree.js';
import { worseThanBaseline } from './baseline.js';
import { type Benchmark, machine } from './benchmark.js';
import { canonicalBasin } from './canonical-basin.js';
import { canonicalTracking } from './canonical-tracking.js';
import { canonicalMatching } from './canonical-matching.js';
import { dense, paper, rig, video } from './captures.js';
import { resume } from './resume.js';
import { scaling } from './scaling.js';
import { ssme } from './ssme.js';
import { starts } from './starts.js';
import { uvflow, type UvFlowBenchmarkOptions } from './uvflow.js';

const benchmarks: Record<string, Benchmark | typeof ssme | typeof uvflow | typeof canonicalMatching> = {
  agree,
  starts,
  resume,
  adamw: adamwAgainstGaussNewton,
  'adamw-step': adamwStep,
  video,
  dense,
  rig,
  'canonical-basin': canonicalBasin,
  'canonical-tracking': canonicalTracking,
  scaling,
  paper,
  ssme,
  uvflow,
  'canonical-matching': canonicalMatching,
};

const { only, size, json, baseline, device, network } = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('only', { choices: Object.keys(benchmarks), describe: 'one benchmark; default all' })
  .option('size', { number: true, default: 1, describe: 'scales the work: frames, starts or steps' })
  .option('json', { boolean: true, default: false, describe: 'one JSON object per benchmark, the last line for one' })
  .option('baseline', {
    boolean: true,
    default: false,
    describe: 'exit 1 where a result is worse than in benchmarks/baseline.json',
  })
  .option('device', {
    choices: ['auto', 'cpu', 'cuda', 'webgpu'] as const,
    describe: 'where the network runs (uvflow)',
  })
  .option('network', {
    string: true,
    describe: 'network of the contract uv-flow/1 (uvflow) or canonical-map/1 (canonical-matching)',
  })
  .strict()
  .parse();

const options: UvFlowBenchmarkOptions = { device, network };
for (const name of only ? [only] : Object.keys(benchmarks)) {
  const result = await benchmarks[name](size, options).catch((error: Error) => {
    console.error(`${name}: ${error.message}`);
    process.exit(1);
  });
  const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const report = { name, peakRssMiB, ...result, machine: machine() };
  if (json) console.log(JSON.stringify(report));
  else {
    console.log(`\n${name}`);
    for (const [key, value] of Object.entries(report).slice(1)) {
      console.log(`  ${key.padEnd(24)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
    }
  }
  const worse = baseline ? worseThanBaseline(report, size) : [];
  if (!worse) console.error(`${name}: benchmarks/baseline.json has no result of size ${size}.`);
  for (const line of worse ?? []) {
    console.error(`${name}: ${line}.`);
    process.exitCode = 1;
  }
}
