import { join } from 'node:path';
import { writeFileAtomic } from '../io/write-file.js';
import { type FolderEvaluation } from './evaluate-folder.js';
import { formatEvaluationReport } from './evaluation-report.js';
import { type FigureRow } from './metric.js';
import { formatRegions } from './regions-file.js';

/** Figures as CSV, one a line. */
export function formatCsv(rows: FigureRow[]): string {
  const lines = rows.map(({ metric, group, figure, value, unit, better }) =>
    [metric, group, figure, value ?? '', unit, better].join(','),
  );
  return `metric,group,figure,value,unit,better\n${lines.join('\n')}\n`;
}

/** What `evaluation.json` holds and `evaluate --json` prints. */
export function evaluationRecord(evaluation: FolderEvaluation) {
  const { protocol, head, regionSource, frames, cameras, warnings, rows, ssmeCurves } = evaluation;
  return { format: 'flowfit-evaluation/1', protocol, head, regionSource, frames, cameras, warnings, rows, ssmeCurves };
}

/**
 * Writes an evaluation into a folder: `evaluation.json`, `figures.csv`, `report.html`, `protocol.json`, and `regions.npz`,
 * which another evaluation can be given.
 */
export async function writeEvaluation(folder: string, evaluation: FolderEvaluation): Promise<void> {
  const { pair, protocol, rows } = evaluation;
  const regions = { regions: pair.regions, keyPoints: pair.keyPoints.truth };
  await writeFileAtomic(join(folder, 'evaluation.json'), `${JSON.stringify(evaluationRecord(evaluation), null, 1)}\n`);
  await writeFileAtomic(join(folder, 'figures.csv'), formatCsv(rows));
  await writeFileAtomic(join(folder, 'report.html'), await formatEvaluationReport(evaluation));
  await writeFileAtomic(join(folder, 'protocol.json'), `${JSON.stringify(protocol, null, 1)}\n`);
  await writeFileAtomic(join(folder, 'regions.npz'), formatRegions(regions));
}
