import { encodeImage } from '../render/image-file.js';
import { errorGradient } from './colour-scale.js';
import { curveChart, escapeHtml } from './curve-chart.js';
import { summariseDistances } from './distance-summary.js';
import { errorPicture } from './error-picture.js';
import { type FolderEvaluation } from './evaluate-folder.js';
import { type FigureRow } from './metric.js';

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:.8em 0}td,th{padding:.25em .8em;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}.warning{background:#fff1d6;border-left:4px solid #e07a00;padding:.5em 1em}
.scale{height:12px;width:300px;background:${errorGradient}}.ends{display:flex;justify-content:space-between;width:300px}
th{font-weight:normal;color:#555}th b{color:#222}.tables{display:flex;flex-wrap:wrap;gap:0 2.5em}img{max-width:100%}small,.note{color:#555}code{font-size:90%}`;

/** What each picture shows: a metric's errors at the vertices. */
const pictures = [
  { metric: 'ssme', title: 'Screen space motion error', unit: 'px' },
  { metric: 'cd', title: 'Distance to the prediction', unit: 'mm' },
];

/** An evaluation as one HTML page that needs nothing else. */
export async function formatEvaluationReport(evaluation: FolderEvaluation): Promise<string> {
  const { protocol, frames, cameras, rows, ssmeCurves, warnings, regionSource, head } = evaluation;
  const curves = Object.entries(ssmeCurves).map(([name, values]) => ({ name, values }));
  const shown = await Promise.all(pictures.map((picture) => figure(evaluation, picture)));
  const gaps = frames.missing.length > 0 ? `, ${frames.missing.length} of the truth's frames missing` : '';
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>flowfit evaluation</title><style>${style}</style>
<h1>Evaluation</h1>
<p>${frames.compared} frames${gaps}; cameras ${escapeHtml(cameras.join(', '))}; head model ${escapeHtml(head)}; regions: ${regionSource}.</p>
${warnings.map(({ name, message }) => `<p class="warning"><b>${name}</b>: ${escapeHtml(message)}</p>`).join('\n')}
<div class="tables">${tables(rows)}</div>
<h2>SSME<sub>h</sub></h2>
${curveChart(curves, { x: 'window h, frames', y: 'SSME_h, px' })}
${shown.join('\n')}
<h2>Protocol</h2>
<p class="note">${protocol.name}, hash <code>${protocol.hash}</code></p>
<pre>${escapeHtml(JSON.stringify(protocol, null, 1))}</pre>
</html>
`;
}

/** A table per metric: regions down, figures across. */
function tables(rows: FigureRow[]): string {
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  return metrics.map((metric) => table(rows.filter((row) => row.metric === metric))).join('\n');
}

function table(rows: FigureRow[]): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const columns = rows.filter(({ group }) => group === groups[0]);
  const title = ({ metric, figure, unit }: FigureRow) =>
    `<th>${figure === metric ? `<b>${metric}</b>` : figure}${unit === '1' ? '' : `<br><small>${unit}</small>`}</th>`;
  const cell = ({ value }: FigureRow) => `<td>${value === null ? '&ndash;' : value.toPrecision(3)}</td>`;
  const line = (group: string) => {
    const own = rows.filter((row) => row.group === group);
    return `<tr><td>${escapeHtml(group)}</td>${own.map(cell).join('')}</tr>`;
  };
  return `<table><tr><th>region</th>${columns.map(title).join('')}</tr>${groups.map(line).join('')}</table>`;
}

/** Three views of the truth coloured by an error; the scale ends at the 95th percentile of the regions. */
async function figure(
  { pair, perVertex }: FolderEvaluation,
  { metric, title, unit }: (typeof pictures)[number],
): Promise<string> {
  const errors = perVertex[metric];
  const masks = Object.values(pair.regions);
  const inRegion = errors.filter((value, v) => !Number.isNaN(value) && masks.some((mask) => mask[v]));
  const highest = summariseDistances(inRegion).p95;
  if (highest === null) return '';
  const image = errorPicture(pair, errors, Math.max(highest, 1e-9));
  const png = Buffer.from(await encodeImage(image, { format: 'png' })).toString('base64');
  return (
    `<h2>${title}</h2><img alt="${title}" src="data:image/png;base64,${png}">` +
    `<div class="scale"></div><div class="ends"><span>0</span><span>${highest.toPrecision(2)} ${unit}</span></div>`
  );
}
