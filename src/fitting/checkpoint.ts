import { type NpyArray } from '../tensor/npy.js';
import { formatNpz, parseNpz } from '../tensor/npz.js';
import { type SolverState, type StageOutcome } from './problem.js';

/** How far a fit has come: what it needs to go on as if it had never stopped. */
export interface FitSnapshot {
  /** Names of all stages. */
  stages: string[];
  /** The stage under way; their number where all are done. */
  stageIndex: number;
  /** How the stages before it ended. */
  outcomes: Omit<StageOutcome, 'parameters'>[];
  /** The parameters with which the stage under way began. */
  start: SolverState;
  /** Where in that stage the solver is; absent at its beginning. */
  solver?: SolverState;
}

/** Where a fit keeps its snapshots. */
export interface FitCheckpoint {
  /** The last snapshot saved, or `undefined` where there is none. */
  load(): Promise<FitSnapshot | undefined>;
  /** Replaces the last snapshot, whole or not at all. */
  save(snapshot: FitSnapshot): Promise<void>;
  /** Time between snapshots inside a stage; those between stages are always saved. */
  everySeconds?: number;
}

const snapshotFormat = 'flowfit-fit-snapshot/1';
const parts = ['start', 'solver'] as const;

/** Bytes of a snapshot: an npz in double precision, so that nothing is lost. */
export function formatFitSnapshot(snapshot: FitSnapshot): Uint8Array {
  const { stages, stageIndex, outcomes } = snapshot;
  const meta = new TextEncoder().encode(JSON.stringify({ format: snapshotFormat, stages, stageIndex, outcomes }));
  const arrays: Record<string, NpyArray> = { meta: { dtype: 'uint8', shape: [meta.length], data: meta } };
  for (const part of parts) {
    for (const [name, data] of Object.entries(snapshot[part] ?? {})) {
      arrays[`${part}.${name}`] = { dtype: 'float64', shape: [data.length], data };
    }
  }
  return formatNpz(arrays, { compress: false });
}

/**
 * Reads a snapshot.
 *
 * @throws the bytes are damaged, cut off or something else.
 */
export function parseFitSnapshot(bytes: Uint8Array, where = 'fit snapshot'): FitSnapshot {
  const { meta, ...arrays } = parseNpz(bytes, { where });
  if (!meta) throw new Error(`${where}: expected an array 'meta', got ${Object.keys(arrays).join(', ')}.`);
  const { format, ...record } = JSON.parse(new TextDecoder().decode(meta.data as Uint8Array));
  if (format !== snapshotFormat) throw new Error(`${where}: expected format ${snapshotFormat}, got ${format}.`);
  const stateOf = (part: string): SolverState =>
    Object.fromEntries(
      Object.entries(arrays)
        .filter(([name]) => name.startsWith(`${part}.`))
        .map(([name, { data }]) => [name.slice(part.length + 1), Float64Array.from(data as Float64Array)]),
    );
  const solver = stateOf('solver');
  return { ...record, start: stateOf('start'), ...(Object.keys(solver).length > 0 && { solver }) };
}
