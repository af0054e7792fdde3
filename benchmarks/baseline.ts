import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One number of a benchmark: how it may change before that counts as worse. */
interface Metric {
  name: string;
  /** Most that a value may be of the baseline's, and on top of that. */
  factor: number;
  slack: number;
}

/** All of them better where they are less. */
const metrics: Metric[] = [
  { name: 'cpuSeconds', factor: 1.5, slack: 0 },
  { name: 'peakRssMiB', factor: 1.3, slack: 0 },
  { name: 'iterations', factor: 1, slack: 2 },
  { name: 'finalEnergy', factor: 1.001, slack: 0 },
  { name: 'vertexErrorMm', factor: 1.1, slack: 0 },
];

/** A committed result: its benchmark, the size it was measured with, and its numbers. */
type BaselineEntry = { name: string; size: number } & Record<string, unknown>;

/** What is worse than `benchmarks/baseline.json` says of the same benchmark at the same size; undefined where it is silent. */
export function worseThanBaseline(report: Record<string, unknown>, size: number): string[] | undefined {
  const file = join('benchmarks', 'baseline.json');
  const { entries } = JSON.parse(readFileSync(file, 'utf8')) as { entries: BaselineEntry[] };
  const entry = entries.find((one) => one.name === report.name && one.size === size);
  if (!entry) return undefined;
  const worse = metrics.flatMap(({ name, factor, slack }) => {
    const [before, now] = [entry[name], report[name]];
    if (typeof before !== 'number' || typeof now !== 'number') return [];
    return now <= before * factor + slack ? [] : [`${name}: expected at most ${before * factor + slack}, got ${now}`];
  });
  return entry.converged === true && report.converged !== true ? [...worse, 'converged: expected true'] : worse;
}
