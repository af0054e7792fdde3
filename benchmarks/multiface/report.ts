import { errorGradient } from '../../src/evaluation/colour-scale.js';
import { curveChart, escapeHtml } from '../../src/evaluation/curve-chart.js';
import { type ErrorFigure } from './error-figures.js';
import { publishedNote, publishedRegions } from './published.js';
import { type BenchmarkSummary, type MethodSummary } from './summary.js';
import { measuredRows, publishedRows, type TableRow } from './table.js';

const style = `body{font:14px/1.45 system-ui,sans-serif;max-width:1150px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:.6em 0}td,th{padding:.2em .6em;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child,td:nth-child(2),th:nth-child(2){text-align:left}th{font-weight:600}
.note{color:#555;max-width:70em}.failed{color:#a00}small,figcaption{color:#555}
.figures{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0;width:48%}img{width:100%}svg{overflow:visible}
.scale{height:12px;width:300px;background:${errorGradient}}.ends{display:flex;justify-content:space-between;width:300px}`;

function table(rows: TableRow[]): string {
  const regions = publishedRegions.map((region) => `<th>${region}</th>`).join('');
  const cells = ({ method, input, cd, ssme, sequences }: TableRow) =>
    [method, input, ...cd, ...ssme, sequences].map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
  const span = publishedRegions.length;
  return (
    `<table><tr><th></th><th></th><th colspan=${span}>CD, mm</th><th colspan=${span}>SSME, px</th><th></th></tr>` +
    `<tr><th>method</th><th>sees</th>${regions}${regions}<th>sequences</th></tr>` +
    `${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`
  );
}

/** SSME over the window's length, a line per method. */
function chart(methods: MethodSummary[], region: string): string {
  const measured = methods.filter(({ curves }) => curves[region]);
  const curves = measured.map(({ method, curves: own }) => ({ name: method, values: own[region] }));
  return `<h3>${region}</h3>${curveChart(curves, { x: 'window h, frames', y: 'SSME_h, px' })}`;
}

/** Errors on the tracked mesh, the methods one below the other. */
function pictureList(pictures: ErrorFigure[], metric: string, unit: string): string {
  const own = pictures.filter((picture) => picture.metric === metric);
  if (own.length === 0) return '';
  const figure = ({ method, image }: ErrorFigure) =>
    `<figure><img alt="${escapeHtml(method)}" src="data:image/jpeg;base64,${Buffer.from(image).toString('base64')}">` +
    `<figcaption>${escapeHtml(method)}</figcaption></figure>`;
  return (
    `<h2>Where: ${metric === 'cd' ? 'CD' : 'SSME'}</h2><div class="scale"></div>` +
    `<div class="ends"><span>0</span><span>${own[0].highest.toPrecision(2)} ${unit}</span></div>` +
    `<div class="figures">${own.map(figure).join('')}</div>`
  );
}

/** The benchmark as one page that needs nothing else. */
export function formatReport(summary: BenchmarkSummary, pictures: ErrorFigure[]): string {
  const { protocol, head, sequences, methods, rows, warnings } = summary;
  const failed = rows.filter(({ status }) => status === 'failed');
  const list = (items: string[], kind = '') => `<ul${kind}>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
  const described = methods.map(({ method, describes }) => `<b>${method}</b>: ${escapeHtml(describes)}`);
  const troubles = [
    failed.length > 0 &&
      `<h2>Failed</h2>${list(
        failed.map(({ sequence, method, message }) => escapeHtml(`${sequence}, ${method}: ${message}`)),
        ' class="failed"',
      )}`,
    warnings.length > 0 &&
      `<h2>Warnings</h2>${list(warnings.map(({ sequence, method, name, message }) => escapeHtml(`${sequence}, ${method}: ${name}: ${message}`)))}`,
  ];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>SSME and CD, ${protocol}</title><style>${style}</style>
<h1>SSME and CD in the Multiface layout</h1>
<p>Protocol ${protocol}, ${sequences} sequences, head model ${escapeHtml(head)}. Means over the sequences; lower is better.</p>
${table(measuredRows(summary))}
<small>${list(described)}</small>
<h2>Published</h2><p class="note">${escapeHtml(publishedNote)}</p>
${table(publishedRows())}
<h2>SSME over the window</h2>
${publishedRegions.map((region) => chart(methods, region)).join('\n')}
${pictureList(pictures, 'ssme', 'px')}
${pictureList(pictures, 'cd', 'mm')}
${troubles.filter(Boolean).join('\n')}
</html>
`;
}
