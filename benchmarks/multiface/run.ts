import { join, resolve } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { abortOnInterrupt, fail } from '../../bin/exit.js';
import { writeFileAtomic } from '../../src/io/write-file.js';
import { runBenchmark } from './benchmark.js';
import { methods } from './methods.js';
import { etaLine } from './progress.js';
import { formatReport } from './report.js';
import { selfCheck } from './self-check/self-check.js';
import { formatCsv } from './summary.js';
import { formatTable } from './table.js';

const names = methods.map(({ name }) => name);

const argv = await yargs(hideBin(process.argv))
  .scriptName('npm run benchmark --')
  .usage(
    '$0 --multiface DIR | --self-check\n\nSSME and CD over sequences in the Multiface layout, protocol flowfit-v1.',
  )
  .option('multiface', { type: 'string', describe: 'a capture of Multiface, or a folder of them' })
  .option('list', { type: 'string', describe: "lines 'entity segment camera'; default DIR/sequences.txt" })
  .option('methods', { type: 'string', default: names[0], describe: `all, or some of ${names.join(',')}` })
  .option('workers', { type: 'number', default: 1, describe: 'processes, a sequence each' })
  .option('out', { type: 'string', default: 'flowfit-out-benchmark', describe: 'where results and tables go' })
  .option('head', { type: 'string', describe: 'head model (see `flowfit model`); default the open head' })
  .option('network', { type: 'string', describe: 'UV-flow network (ONNX); default the bundled one' })
  .option('regions', { type: 'string', describe: 'regions file of the tracked meshes; default transferred' })
  .option('self-check', { type: 'boolean', default: false, describe: 'cases with known answers instead' })
  .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' })
  .strict()
  .fail((message, error) => fail(error ?? new Error(message)))
  .parseAsync();

const signal = abortOnInterrupt();

async function check(): Promise<void> {
  const outcome = await selfCheck({
    signal,
    onCase: ({ name, passed, detail }) => {
      if (!argv.json) process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${name}: ${detail}\n`);
    },
  });
  if (argv.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  else process.stdout.write(`${outcome.passed} passed, ${outcome.failed} failed\n`);
  process.exitCode = outcome.failed > 0 ? 2 : 0;
}

async function benchmark(multiface: string): Promise<void> {
  if (!(Number.isInteger(argv.workers) && argv.workers >= 1 && argv.workers <= 64)) {
    throw new Error(`--workers: expected a whole number from 1 to 64, got ${argv.workers}.`);
  }
  const out = resolve(argv.out);
  const progress = etaLine();
  const { summary, pictures } = await runBenchmark({
    multiface,
    list: argv.list,
    methods: argv.methods,
    workers: argv.workers,
    out,
    head: argv.head,
    network: argv.network,
    regions: argv.regions,
    signal,
    onProgress: progress.report,
  }).finally(progress.clear);
  await writeFileAtomic(join(out, 'benchmark.json'), `${JSON.stringify(summary, null, 1)}\n`);
  await writeFileAtomic(join(out, 'benchmark.csv'), formatCsv(summary));
  await writeFileAtomic(join(out, 'report.html'), formatReport(summary, pictures));
  const failed = summary.rows.filter(({ status }) => status === 'failed');
  if (failed.length === summary.rows.length) throw new Error(`${failed[0].sequence}: ${failed[0].message}`);
  for (const { sequence, method, message } of failed) process.stderr.write(`${sequence}, ${method}: ${message}\n`);
  const { rows: _rows, ...short } = summary;
  const brief = short.methods.map(({ perVertex: _perVertex, ...method }) => method);
  if (argv.json) process.stdout.write(`${JSON.stringify({ ...short, methods: brief, out })}\n`);
  else process.stdout.write(`${formatTable(summary)}\n${join(out, 'report.html')}\n`);
  process.exitCode = failed.length > 0 ? 2 : 0;
}

try {
  if (argv.selfCheck) await check();
  else if (argv.multiface !== undefined) await benchmark(argv.multiface);
  else throw new Error('expected --multiface with a folder, or --self-check; got neither.');
} catch (error) {
  fail(error as Error);
}
