import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Alignment } from '../../src/alignment/alignment.js';
import { protocolName } from '../../src/evaluation/evaluate-pair.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { readFileBytes, readJsonFile } from '../../src/io/read-file.js';
import { formatResult, parseResult, type TrackResult } from '../../src/io/result-file.js';
import { writeFileAtomic } from '../../src/io/write-file.js';
import { alignInput } from '../../src/track/align-input.js';
import { chosenNetwork, loadObservedHead } from '../../src/track/observer.js';
import { openInput } from '../../src/track/open-input.js';
import { packageVersion } from '../../src/track/run-record.js';
import { type EvaluatedSequence, evaluateSequence, openTruth } from './evaluate-sequence.js';
import { type AlignmentKind, type Method, type MethodInput, methods, type Prediction } from './methods.js';
import { type ListedSequence } from './sequence-list.js';

/** What is the same for all sequences of a run. */
export interface JobOptions {
  /** Folder of the captures, where a synthetic set has its `truth`. */
  multiface: string;
  methods: string[];
  out: string;
  head?: string;
  /** UV-flow network instead of the bundled one. */
  network?: string;
  /** Regions file of the set's topology. */
  regions: string;
}

/** What a method did on one sequence; a failed one has no figures. */
export interface MethodOutcome extends Partial<EvaluatedSequence> {
  method: string;
  status: 'done' | 'failed';
  message?: string;
  /** Of the method alone, alignment included where it was the first to need it. */
  seconds: number;
}

export interface JobOutcome {
  sequence: ListedSequence;
  methods: MethodOutcome[];
  /** Whether all of it was found from an earlier run. */
  taken?: boolean;
}

/** Where a sequence's results lie. */
export function sequenceFolder(out: string, { entity, segment, camera }: ListedSequence): string {
  return join(out, 'sequences', entity, `${segment}--${camera}`);
}

/** Runs the methods on one sequence; those that an earlier run has done with the same options are taken from it. */
export async function runJob(listed: ListedSequence, job: JobOptions): Promise<JobOutcome> {
  const chosen = methods.filter(({ name }) => job.methods.includes(name));
  const folder = sequenceFolder(job.out, listed);
  const found = await Promise.all(chosen.map((method) => readOutcome(folder, method, job)));
  if (found.every((outcome) => outcome !== undefined)) return { sequence: listed, methods: found, taken: true };
  const outcomes: MethodOutcome[] = [];
  try {
    const run = await openRun(listed, job);
    try {
      for (const [k, method] of chosen.entries()) {
        const outcome = found[k] ?? (await runMethod(method, run, folder));
        if (!found[k]) await writeOutcome(folder, method, job, outcome);
        outcomes.push(outcome);
      }
    } finally {
      await run.input.sequence.close();
    }
  } catch (error) {
    const rest = chosen.slice(outcomes.length).map(({ name }) => failure(name, error as Error, 0));
    return { sequence: listed, methods: [...outcomes, ...rest] };
  }
  return { sequence: listed, methods: outcomes };
}

/** One sequence opened for all methods. */
interface Run {
  input: MethodInput;
  truth: Awaited<ReturnType<typeof openTruth>>;
}

async function openRun(listed: ListedSequence, job: JobOptions): Promise<Run> {
  const needsFlow = methods.some(({ name, needsUvFlow }) => needsUvFlow && job.methods.includes(name));
  const truth = await openTruth(listed, job.regions);
  const options = {
    input: join(listed.capture, 'images', listed.segment),
    cams: join(listed.capture, 'KRT'),
    cameras: [listed.camera],
    out: job.out,
    head: job.head,
    network: job.network,
    align: needsFlow ? 'uv-flow' : 'landmarks',
  };
  const head = await loadObservedHead(options);
  const sequence = await openInput(options);
  const align = (kind: AlignmentKind): Promise<Alignment> =>
    alignInput({ ...options, align: kind.replace('-each', ''), unordered: kind.endsWith('-each') }, head, sequence, {});
  const predictions = new Map<string, Promise<Prediction>>();
  const alignments = new Map<AlignmentKind, Promise<Alignment>>();
  const input: MethodInput = {
    head,
    sequence,
    align: (kind) => once(alignments, kind, () => align(kind)),
    predictionOf: (method) => once(predictions, method.name, () => method.predict(input)),
    truth: await readParameters(listed, job, head, sequence),
  };
  return { input, truth };
}

function once<Key, Value>(made: Map<Key, Promise<Value>>, key: Key, make: () => Promise<Value>): Promise<Value> {
  if (!made.has(key)) made.set(key, make());
  return made.get(key)!;
}

/** The parameters beside a synthetic set, where its head is the tracked one. */
async function readParameters(
  { entity, segment }: ListedSequence,
  { multiface }: JobOptions,
  head: HeadModel,
  { cameras }: Sequence,
): Promise<TrackResult | undefined> {
  const path = join(multiface, 'truth', entity, `${segment}.npz`);
  if (!existsSync(path)) return undefined;
  const truth = parseResult(await readFileBytes(path));
  if (truth.head.shapeBasisHash !== head.shapeBasisHash) return undefined;
  return { ...truth, parameters: { ...truth.parameters, cameras: cameras! } };
}

async function runMethod(method: Method, { input, truth }: Run, folder: string): Promise<MethodOutcome> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    if (method.needsTruth && !input.truth) throw new Error('it needs a synthetic set of the tracked head.');
    const { mesh, result } = await input.predictionOf(method);
    const predicted = seconds();
    if (result) await writeFileAtomic(join(folder, `${method.name}.npz`), formatResult(result));
    const evaluation = await evaluateSequence(truth, mesh, input);
    return { method: method.name, status: 'done', seconds: predicted, ...evaluation };
  } catch (error) {
    return failure(method.name, error as Error, seconds());
  }
}

function failure(method: string, { message }: Error, seconds: number): MethodOutcome {
  return { method, status: 'failed', message: message.split('\n')[0], seconds };
}

/** What must agree for an earlier outcome to be taken: version, head model, and the bytes of the files it rests on. */
async function fingerprint({ head = '', network, regions }: JobOptions, { needsUvFlow }: Method): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([protocolName, packageVersion(), head]));
  const files = [regions, ...(needsUvFlow ? [chosenNetwork({ align: 'uv-flow', network })!] : [])];
  for (const file of files) hash.update(await readFileBytes(file));
  return hash.digest('hex').slice(0, 16);
}

async function readOutcome(folder: string, method: Method, job: JobOptions): Promise<MethodOutcome | undefined> {
  const path = join(folder, `${method.name}.json`);
  if (!existsSync(path)) return undefined;
  const saved = (await readJsonFile(path)) as { fingerprint?: string; outcome?: MethodOutcome };
  const valid = saved.outcome?.status === 'done' && saved.fingerprint === (await fingerprint(job, method));
  return valid ? saved.outcome : undefined;
}

async function writeOutcome(folder: string, method: Method, job: JobOptions, outcome: MethodOutcome): Promise<void> {
  const record = { fingerprint: await fingerprint(job, method), outcome };
  await writeFileAtomic(join(folder, `${method.name}.json`), `${JSON.stringify(record)}\n`);
}
