import { loadHeadModel } from '../src/io/head-model-file.js';
import { type HeadModel } from '../src/flame/head-model.js';
import { measureAccuracy } from './priors/accuracy.js';
import { measureCameras } from './priors/cameras.js';
import { type Measure } from './priors/capture.js';
import { measureGaze } from './priors/gaze.js';
import { measureNeutralPrior } from './priors/neutral-prior.js';
import { measureOffsets } from './priors/offsets.js';
import { measureTemporal } from './priors/temporal.js';

const experiments: Record<string, (head: HeadModel) => Promise<Measure[]>> = {
  neutral: measureNeutralPrior,
  offsets: measureOffsets,
  temporal: measureTemporal,
  cameras: measureCameras,
  accuracy: measureAccuracy,
  gaze: measureGaze,
};

function met({ value, target }: Measure): boolean {
  const [sign, bound] = (target ?? '< Infinity').split(' ');
  return sign === '<' ? value < Number(bound) : value > Number(bound);
}

/** What each prior is worth on synthetic captures: `node dist/benchmarks/priors.js [model.npz] [experiment...]`. */
const words = process.argv.slice(2);
const model = words.find((word) => word.endsWith('.npz'));
const wanted = words.filter((word) => word !== model);
const unknown = wanted.find((name) => !(name in experiments));
if (unknown) throw new Error(`expected some of ${Object.keys(experiments).join(', ')}, got '${unknown}'.`);
const head = await loadHeadModel(model);
for (const [name, measure] of Object.entries(experiments)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  const measures = await measure(head);
  console.log(`${name} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
  for (const entry of measures) {
    const verdict = entry.target ? `  ${met(entry) ? 'met' : 'MISSED'} (${entry.target})` : '';
    console.log(`  ${entry.name.padEnd(44)} ${entry.value.toFixed(3)} ${entry.unit}${verdict}`);
  }
}
