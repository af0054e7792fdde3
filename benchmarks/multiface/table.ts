import { publishedNote, publishedRegions, publishedTable } from './published.js';
import { type BenchmarkSummary, type MethodSummary, summaryFigure } from './summary.js';

/** Cells of one row: the method, what it sees, CD and SSME by region, all as text. */
export interface TableRow {
  method: string;
  input: string;
  cd: string[];
  ssme: string[];
  /** How many of the sequences came through. */
  sequences: string;
}

const text = (value: number | null) => (value === null ? '-' : value.toFixed(2));

/** Our rows. */
export function measuredRows({ methods, sequences }: BenchmarkSummary): TableRow[] {
  const cells = (method: MethodSummary, metric: string, figure: string) =>
    publishedRegions.map((region) => text(summaryFigure(method, metric, region, figure)));
  return methods.map((method) => ({
    method: method.method,
    input: method.input,
    cd: cells(method, 'cd', 'cd'),
    ssme: cells(method, 'ssme', 'ssme'),
    sequences: `${method.done}/${sequences}`,
  }));
}

/** The paper's rows. */
export function publishedRows(): TableRow[] {
  return publishedTable.map(({ method, input, cd, ssme }) => ({
    method,
    input,
    cd: cd.map(text),
    ssme: ssme.map(text),
    sequences: '86',
  }));
}

const header = [
  'method',
  'sees',
  ...publishedRegions.map((r) => `CD ${r}`),
  ...publishedRegions.map((r) => `SSME ${r}`),
];

function markdown(rows: TableRow[]): string {
  const lines = rows.map(({ method, input, cd, ssme, sequences }) => [method, input, ...cd, ...ssme, sequences]);
  return [[...header, 'sequences'], header.map(() => '---').concat('---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Both tables as Markdown: CD in millimetres, SSME in pixels. */
export function formatTable(summary: BenchmarkSummary): string {
  return `${markdown(measuredRows(summary))}\n\n${publishedNote}\n\n${markdown(publishedRows())}\n`;
}
