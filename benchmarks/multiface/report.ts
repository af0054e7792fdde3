import { publishedNote, publishedRegions } from './published.js';
import { type BenchmarkSummary, type MethodSummary } from './summary.js';
import { measuredRows, publishedRows, type TableRow } from './table.js';

const style = `body{font:14px/1.45 system-ui,sans-serif;max-width:1150px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:.6em 0}td,th{padding:.2em .6em;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child,td:nth-child(2),th:nth-child(2){text-align:left}th{font-weight:600}
.note{color:#555;max-width:70em}.failed{color:#a00}svg{background:#fff}small{color:#555}`;

/** Colours that stay apart on white. */
const palette = [
  '#0b62a4',
  '#d1495b',
  '#2e933c',
  '#e07a00',
  '#6a4c93',
  '#00798c',
  '#8d5524',
  '#b5179e',
  '#555',
  '#7cb518',
  '#264653',
  '#ff7f7f',
];

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

function table(rows: TableRow[]): string {
  const regions = publishedRegions.map((region) => `<th>${region}</th>`).join('');
  const cells = ({ method, input, cd, ssme, sequences }: TableRow) =>
    [method, input, ...cd, ...ssme, sequences].map((cell) => `<td>${escape(cell)}</td>`).join('');
  const span = publishedRegions.length;
  return (
    `<table><tr><th></th><th></th><th colspan=${span}>CD, mm</th><th colspan=${span}>SSME, px</th><th></th></tr>` +
    `<tr><th>method</th><th>sees</th>${regions}${regions}<th>sequences</th></tr>` +
    `${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`
  );
}

/** SSME over the window's length, a line per method. */
function curveChart(methods: MethodSummary[], region: string): string {
  const lines = methods
    .map(({ method, curves }) => ({ method, curve: curves[region] ?? [] }))
    .filter(({ curve }) => curve.some((value) => value !== null));
  if (lines.length === 0) return '';
  const [width, height, left, bottom] = [520, 260, 44, 34];
  const longest = Math.max(...lines.map(({ curve }) => curve.length));
  const highest = Math.max(...lines.flatMap(({ curve }) => curve.filter((value) => value !== null)));
  const x = (h: number) => left + ((width - left - 8) * (h - 1)) / Math.max(1, longest - 1);
  const y = (value: number) => height - bottom - ((height - bottom - 10) * value) / highest;
  const axis = (value: number) =>
    `<line x1="${left}" x2="${width - 8}" y1="${y(value)}" y2="${y(value)}" stroke="#e5e5e5"/>` +
    `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end" font-size="11">${value.toFixed(1)}</text>`;
  const ticks = [1, 5, 10, 15, 20, 25, 30].filter((h) => h <= longest);
  const marks = ticks.map(
    (h) => `<text x="${x(h)}" y="${height - 18}" text-anchor="middle" font-size="11">${h}</text>`,
  );
  const paths = lines.map(({ curve }, k) => {
    const points = curve.flatMap((value, h) =>
      value === null ? [] : [`${x(h + 1).toFixed(1)},${y(value).toFixed(1)}`],
    );
    return `<polyline fill="none" stroke="${palette[k % palette.length]}" stroke-width="1.8" points="${points.join(' ')}"/>`;
  });
  const legend = lines.map(({ method }, k) => {
    const top = 14 + 17 * k;
    return `<line x1="${width + 6}" x2="${width + 26}" y1="${top - 4}" y2="${top - 4}" stroke="${palette[k % palette.length]}" stroke-width="3"/><text x="${width + 32}" y="${top}" font-size="12">${escape(method)}</text>`;
  });
  const shown = Math.max(height, 14 + 17 * lines.length);
  return (
    `<h3>${region}</h3><svg viewBox="0 0 ${width + 220} ${shown}" width="${width + 220}" height="${shown}">` +
    `${[0, 0.25, 0.5, 0.75, 1].map((share) => axis(share * highest)).join('')}${marks.join('')}` +
    `<text x="${(width + left) / 2}" y="${height - 3}" text-anchor="middle" font-size="11">frames ahead, h</text>` +
    `${paths.join('')}${legend.join('')}</svg>`
  );
}

/** The benchmark as one page that needs nothing else. */
export function formatReport(summary: BenchmarkSummary): string {
  const { protocol, head, sequences, methods, rows, warnings } = summary;
  const failed = rows.filter(({ status }) => status === 'failed');
  const list = (items: string[], kind = '') => `<ul${kind}>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
  const described = methods.map(({ method, describes }) => `<b>${method}</b>: ${escape(describes)}`);
  const troubles = [
    failed.length > 0 &&
      `<h2>Failed</h2>${list(
        failed.map(({ sequence, method, message }) => escape(`${sequence}, ${method}: ${message}`)),
        ' class="failed"',
      )}`,
    warnings.length > 0 &&
      `<h2>Warnings</h2>${list(warnings.map(({ sequence, method, name, message }) => escape(`${sequence}, ${method}: ${name}: ${message}`)))}`,
  ];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>SSME and CD, ${protocol}</title><style>${style}</style>
<h1>SSME and CD in the Multiface layout</h1>
<p>Protocol ${protocol}, ${sequences} sequences, head model ${escape(head)}. Means over the sequences; lower is better.</p>
${table(measuredRows(summary))}
<small>${list(described)}</small>
<h2>Published</h2><p class="note">${escape(publishedNote)}</p>
${table(publishedRows())}
<h2>SSME over the window</h2>
${publishedRegions.map((region) => curveChart(methods, region)).join('\n')}
${troubles.filter(Boolean).join('\n')}
</html>
`;
}
