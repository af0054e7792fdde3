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
  /** metric/region -> mean curve over the horizons, `null` where no sequence was long enough. */
  curves: Record<string, (number | null)[]>;
}

/** One method on one sequence, as the JSON and CSV list it. */
export interface SequenceRow extends MethodOutcome {
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
  const rows = outcomes.flatMap(({ sequence, methods: found }) =>
    found.map((outcome): SequenceRow => ({ sequence: sequenceName(sequence), ...outcome })),
  );
  return {
    protocol,
    head,
    sequences: outcomes.length,
    methods: methods.map(({ name, input, describes }) => {
      const own = rows.filter(({ method }) => method === name);
      const done = own.filter(({ status }) => status === 'done');
      const failed = own.length - done.length;
      return { method: name, input, describes, done: done.length, failed, ...means(done) };
    }),
    rows,
    warnings: rows.flatMap(({ sequence, method, warnings }) =>
      warnings.map((warning) => ({ ...warning, sequence, method })),
    ),
  };
}

function means(rows: SequenceRow[]): Pick<MethodSummary, 'figures' | 'curves'> {
  const figures = new Map<string, FigureRow[]>();
  const curves = new Map<string, (number | null)[][]>();
  for (const row of rows) {
    for (const figure of row.figures) {
      const key = `${figure.metric} ${figure.group} ${figure.figure}`;
      figures.set(key, [...(figures.get(key) ?? []), figure]);
    }
    for (const [key, curve] of Object.entries(row.curves)) curves.set(key, [...(curves.get(key) ?? []), curve]);
  }
  return {
    figures: [...figures.values()].map((same) => {
      const known = same.filter(({ value }) => value !== null);
      return { ...same[0], value: mean(same.map(({ value }) => value)), sequences: known.length };
    }),
    curves: Object.fromEntries(
      [...curves].map(([key, same]) => [key, same[0].map((_, h) => mean(same.map((curve) => curve[h] ?? null)))]),
    ),
  };
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
  const lines = rows.flatMap(({ sequence, method, status, message = '', figures }) => {
    const start = [sequence, method, status].map(quote).join(',');
    if (figures.length === 0) return [`${start},,,,,,${quote(message)}`];
    return figures.map(
      ({ metric, group, figure, unit, value }) => `${start},${metric},${group},${figure},${unit},${value ?? ''},`,
    );
  });
  return `${[header, ...lines].join('\n')}\n`;
}
