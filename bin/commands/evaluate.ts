import { join, resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { type AlignmentKind } from '../../src/evaluation/align-frame.js';
import { evaluateFolder } from '../../src/evaluation/evaluate-folder.js';
import { type FigureRow } from '../../src/evaluation/metric.js';
import { evaluationRecord, writeEvaluation } from '../../src/evaluation/write-evaluation.js';
import { abortOnInterrupt } from '../exit.js';
import { progressLine } from '../progress.js';

export const command = 'evaluate <dir>';
export const describe = 'SSME, CD, jitter and normals of a result against ground truth';

export function builder(yargs: Argv) {
  return yargs
    .positional('dir', { type: 'string', demandOption: true, describe: 'result folder of `flowfit track`' })
    .option('truth', {
      type: 'string',
      demandOption: true,
      describe: 'folder of `flowfit synth`, or a Multiface capture or its tracked_mesh/<segment>',
    })
    .option('segment', { type: 'string', describe: 'segment of a Multiface capture' })
    .option('regions', { type: 'string', describe: 'regions and key points of the truth (.npz); default transferred' })
    .option('align', {
      choices: ['rigid', 'similarity', 'none'] as const,
      default: 'rigid' as const,
      describe: 'how each frame is put on the truth before distances are taken',
    })
    .option('metrical', {
      choices: ['on', 'off'] as const,
      describe: 'off: solve a scale too, as --align similarity',
    })
    .option('head', { type: 'string', describe: "the result's head model; default the one it was tracked with" })
    .option('out', { type: 'string', describe: 'folder to write; default evaluation/ in the result folder' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' });
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

/** The alignment that two options name together. */
function alignment(align: AlignmentKind, metrical?: 'on' | 'off'): AlignmentKind {
  if (metrical === 'off' && align === 'none') {
    throw new Error('--metrical off: expected an alignment that solves a scale, got --align none.');
  }
  if (metrical === 'on' && align === 'similarity') {
    throw new Error('--metrical on: expected an alignment without a scale, got --align similarity.');
  }
  return metrical === 'off' ? 'similarity' : align;
}

export async function handler(argv: Arguments): Promise<void> {
  const align = alignment(argv.align, argv.metrical);
  const result = resolve(argv.dir);
  const { report, clear } = progressLine(argv.json);
  const evaluation = await evaluateFolder({
    result,
    truth: resolve(argv.truth),
    segment: argv.segment,
    regions: argv.regions && resolve(argv.regions),
    head: argv.head,
    align,
    signal: abortOnInterrupt(),
    onProgress: (done, total) => report({ phase: 'evaluate', fraction: done / total, detail: '' }),
  }).finally(clear);
  const out = argv.out === undefined ? join(result, 'evaluation') : resolve(argv.out);
  await writeEvaluation(out, evaluation);
  for (const { name, message } of evaluation.warnings) process.stderr.write(`flowfit: ${name}: ${message}\n`);
  const text = argv.json
    ? JSON.stringify({ out, ...evaluationRecord(evaluation) })
    : [...table(evaluation.rows), join(out, 'report.html')].join('\n');
  process.stdout.write(`${text}\n`);
}

/** The headline figures, region by region. */
function table(rows: FigureRow[]): string[] {
  const headlines = rows.filter(({ metric, figure }) => metric === figure);
  const groups = [...new Set(headlines.map(({ group }) => group))];
  const line = (group: string) =>
    headlines
      .filter((row) => row.group === group)
      .map(({ metric, value, unit }) => `${metric} ${value === null ? '-' : `${value.toPrecision(3)} ${unit}`}`)
      .join('   ');
  return groups.map((group) => `${group.padEnd(8)} ${line(group)}`);
}
