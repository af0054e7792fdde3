import { type EvaluationWarning, type FigureRow } from '../../src/evaluation/metric.js';
import { type JobOutcome, type MethodOutcome } from './job.js';
import { type Method } from './methods.js';
import { sequenceName } from './sequence-list.js';

/** A method's mean over the sequences that it came through. */
export interface MethodSummary extends Pick<Method, 'input' | 'describes'> {
  method: string;
  /** How many sequences came through, and how many did not. */
  done: number;
  failed: number;
  /** Mean over the sequences of each figure, and how many of them had it. */
  figures: (FigureRow & { sequences: number })[];
  /** region -> mean SSME over the horizons, `null` where no sequence was long enough. */
  curves: Record<string, (number | null)[]>;
  /** metric -> `[V]` mean error at the truth's vertices, `null` where it was never measured. */
  perVertex: Record<string, (number | null)[]>;
}

/** One method on one sequence, as the JSON and CSV list it. */
export interface SequenceRow extends Omit<MethodOutcome, 'perVertex'> {
  sequence: string;
}

export interface BenchmarkSummary {
  protocol: string;
  head: string;
  sequences: number;
  methods: MethodSummary[];
  rows: SequenceRow[];
  warnings: (EvaluationWarning & { sequence: string; method: string })[];
}

/** The means of all methods, every sequence counting alike. */
export function summarise(
  outcomes: JobOutcome[],
  methods: Method[],
  { protocol, head }: Pick<BenchmarkSummary, 'protocol' | 'head'>,
): BenchmarkSummary {
  const found = outcomes.flatMap(({ sequence, methods: own }) =>
    own.map((outcome) => ({ sequence: sequenceName(sequence), ...outcome })),
  );
  const rows = found.map(({ perVertex: _perVertex, ...row }): SequenceRow => row);
  return {
    protocol,
    head,
    sequences: outcomes.length,
    methods: methods.map(({ name, input, describes }) => {
      const own = found.filter(({ method }) => method === name);
      const done = own.filter(({ status }) => status === 'done');
      const failed = own.length - done.length;
      return { method: name, input, describes, done: done.length, failed, ...means(done) };
    }),
    rows,
    warnings: rows.flatMap(({ sequence, method, warnings = [] }) =>
      warnings.map((warning) => ({ ...warning, sequence, method })),
    ),
  };
}

function means(outcomes: MethodOutcome[]): Pick<MethodSummary, 'figures' | 'curves' | 'perVertex'> {
  const figures = new Map<string, FigureRow[]>();
  for (const figure of outcomes.flatMap((outcome) => outcome.figures ?? [])) {
    const key = `${figure.metric} ${figure.group} ${figure.figure}`;
    figures.set(key, [...(figures.get(key) ?? []), figure]);
  }
  return {
    figures: [...figures.values()].map((same) => {
      const values = same.map(({ value }) => value);
      return { ...same[0], value: mean(values), sequences: values.filter((value) => value !== null).length };
    }),
    curves: meanLists(outcomes.map(({ curves }) => curves ?? {})),
    perVertex: meanLists(outcomes.map(({ perVertex }) => perVertex ?? {})),
  };
}

/** Means of lists under the same name, entry by entry. */
function meanLists(records: Record<string, (number | null)[]>[]): Record<string, (number | null)[]> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return Object.fromEntries(
    names.map((name) => {
      const lists = records.flatMap((record) => (record[name] ? [record[name]] : []));
      return [name, lists[0].map((_, k) => mean(lists.map((list) => list[k] ?? null)))];
    }),
  );
}

function mean(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

/** A figure of a method's summary, `null` where there is none. */
export function summaryFigure({ figures }: MethodSummary, metric: string, group: string, figure: string) {
  return figures.find((row) => row.metric === metric && row.group === group && row.figure === figure)?.value ?? null;
}

/** All figures of all sequences as CSV; a failed sequence is a row with its status. */
export function formatCsv({ rows }: BenchmarkSummary): string {
  const header = 'sequence,method,status,metric,group,figure,unit,value,message';
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = rows.flatMap(({ sequence, method, status, message = '', figures = [] }) => {
    const start = [sequence, method, status].map(quote).join(',');
    if (figures.length === 0) return [`${start},,,,,,${quote(message)}`];
    return figures.map(
      ({ metric, group, figure, unit, value }) => `${start},${metric},${group},${figure},${unit},${value ?? ''},`,
    );
  });
  return `${[header, ...lines].join('\n')}\n`;
}
