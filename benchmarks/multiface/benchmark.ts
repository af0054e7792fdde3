import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { readFileBytes } from '../../src/io/read-file.js';
import { makeFolder, writeFileAtomic } from '../../src/io/write-file.js';
import { chosenNetwork } from '../../src/track/observer.js';
import { formatRegions } from '../../src/evaluation/regions-file.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { protocolName } from '../../src/evaluation/evaluate-pair.js';
import { type ErrorFigure, errorFigures } from './error-figures.js';
import { type JobOptions, type JobOutcome } from './job.js';
import { type Method, methods } from './methods.js';
import { runPool } from './pool.js';
import { type BenchmarkProgress } from './progress.js';
import { type ListedSequence, listSequences, sequenceName } from './sequence-list.js';
import { transferToSet } from './set-regions.js';
import { type BenchmarkSummary, summarise } from './summary.js';

export interface BenchmarkOptions {
  /** A capture of Multiface, or a folder of them. */
  multiface: string;
  list?: string;
  /** `all`, or names separated by commas. */
  methods: string;
  workers: number;
  out: string;
  head?: string;
  network?: string;
  /** Regions file of the tracked meshes; default transferred from the head model once for all sequences. */
  regions?: string;
  signal?: AbortSignal;
  onProgress?: (progress: BenchmarkProgress) => void;
}

/** The figures, and pictures of where the errors are. */
export interface BenchmarkOutcome {
  summary: BenchmarkSummary;
  pictures: ErrorFigure[];
}

/** Runs the methods over the listed sequences; goes on where an earlier run with the same options stopped. */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkOutcome> {
  const sequences = await listSequences(options.multiface, options.list);
  const chosen = chooseMethods(options);
  const head = await loadHeadModel(options.head);
  await makeFolder(options.out);
  // Fails here rather than in every sequence.
  if (options.regions !== undefined) await readFileBytes(options.regions);
  const regions = options.regions ?? (await transferredRegions(head, sequences, options.out));
  const job: JobOptions = {
    multiface: options.multiface,
    methods: chosen.map(({ name }) => name),
    out: options.out,
    head: options.head,
    network: options.network,
    regions,
  };
  const outcomes: JobOutcome[] = [];
  const onOutcome = (outcome: JobOutcome) => {
    outcomes.push(outcome);
    options.onProgress?.({
      done: outcomes.length,
      total: sequences.length,
      taken: outcomes.filter(({ taken }) => taken).length,
      detail: sequenceName(outcome.sequence),
    });
  };
  await runPool(sequences, { job, workers: options.workers, onOutcome, signal: options.signal });
  const order = sequences.map(sequenceName);
  const position = ({ sequence }: JobOutcome) => order.indexOf(sequenceName(sequence));
  outcomes.sort((a, b) => position(a) - position(b));
  const summary = summarise(outcomes, chosen, { protocol: protocolName, head: head.name });
  return { summary, pictures: await errorFigures(summary, sequences, regions) };
}

/** One set of regions judges all sequences; that of an earlier run is taken. */
async function transferredRegions(head: HeadModel, sequences: ListedSequence[], out: string): Promise<string> {
  const path = join(out, 'regions.npz');
  if (!existsSync(path)) await writeFileAtomic(path, formatRegions(await transferToSet(head, sequences)));
  return path;
}

/** The methods by name; those that need a network that is not there are refused, or left out of `all`. */
function chooseMethods({ methods: text, network }: Pick<BenchmarkOptions, 'methods' | 'network'>): Method[] {
  const flowNetwork = chosenNetwork({ align: 'uv-flow', network })!;
  const usable = ({ needsUvFlow }: Method) => !needsUvFlow || existsSync(flowNetwork);
  if (text === 'all') return methods.filter(usable);
  const names = text.split(',');
  const unknown = names.find((name) => !methods.some((method) => method.name === name));
  if (unknown !== undefined) {
    const known = methods.map(({ name }) => name).join(', ');
    throw new Error(`--methods: expected all or some of ${known}, got '${unknown}'.`);
  }
  const chosen = methods.filter(({ name }) => names.includes(name));
  const lacking = chosen.find((method) => !usable(method));
  if (lacking) throw new Error(`--methods: ${lacking.name}: expected a UV-flow network, got none at ${flowNetwork}.`);
  return chosen;
}
