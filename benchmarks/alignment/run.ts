import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { assetPath } from '../../src/io/asset-path.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { readFileBytes, readJsonFile } from '../../src/io/read-file.js';
import { writeFileAtomic } from '../../src/io/write-file.js';
import { measureFelix } from './felix.js';
import { type Keep, observerNames } from './observers.js';
import { measurePerson } from './people.js';
import { measureReal } from './real.js';
import { measureRobustness } from './robustness.js';
import { measureRegistration } from './registration.js';
import { type AlignmentReport, formatReport, type PersonResult } from './report.js';
import { peopleSets } from './sets.js';

const parts = ['people', 'felix', 'real', 'robustness', 'registration'] as const;
const { network, out, people, only, observers } = await yargs(hideBin(process.argv))
  .scriptName('node dist/benchmarks/alignment/run.js')
  .option('network', { type: 'string', default: assetPath('uv-flow', 'uvflow-s.onnx'), describe: 'uv-flow/1 network' })
  .option('out', { type: 'string', default: 'flowfit-out-alignment', describe: 'folder of the results' })
  .option('people', { type: 'number', default: 4, describe: 'rendered people of each set' })
  .option('observers', { choices: observerNames, array: true, default: observerNames, describe: 'of the people' })
  .option('only', { choices: parts, describe: 'one part; default all' })
  .strict()
  .parse();

const bytes = await readFileBytes(network).catch((error: Error) => {
  console.error(`alignment: ${error.message}`);
  process.exit(1);
});
const sha256 = createHash('sha256').update(bytes).digest('hex');
const options = { head: await loadHeadModel(), network: bytes, where: network };
const wanted = (part: (typeof parts)[number]) => !only || only === part;

const folder = join(out, sha256.slice(0, 16));

/** A part of the results that an earlier run has left (with the same network, where it asks one), or a new one. */
const keep: Keep = async <T>(name: string, flow: boolean, measure: () => Promise<T>): Promise<T> => {
  const path = join(flow ? folder : join(out, 'any-network'), `${name}.json`);
  if (existsSync(path)) return (await readJsonFile(path)) as T;
  const result = await measure();
  await writeFileAtomic(path, JSON.stringify(result ?? null));
  console.error(`alignment: ${name} is done`);
  return result;
};

const report: AlignmentReport = { network: { file: network, sha256 }, people: {}, real: [] };
if (wanted('felix')) report.felix = await measureFelix(options, keep);
if (wanted('real')) report.real = await keep('real', true, () => measureReal(options, folder));
if (wanted('robustness')) report.robustness = await keep('robustness', true, () => measureRobustness(options));
if (wanted('registration')) {
  report.registration = (await keep('registration', false, () => measureRegistration(options.head))) ?? undefined;
}
if (wanted('people')) {
  for (const set of await peopleSets(people)) {
    const results: Record<string, PersonResult> = {};
    for (const seed of set.seeds) {
      results[seed] = await measurePerson(set, seed, join(out, 'pictures'), { ...options, observers, keep });
    }
    report.people[set.name] = results;
  }
}
await writeFileAtomic(join(out, 'alignment.json'), `${JSON.stringify(report, null, 1)}\n`);
await writeFileAtomic(join(out, 'alignment.md'), formatReport(report));
console.log(formatReport(report));
