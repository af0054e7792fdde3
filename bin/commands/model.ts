import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { formatHeadModel } from '../../src/flame/container.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { withOpenHeadLayout } from '../../src/io/head-models/open-head-layout.js';
import { importHeadModel } from '../../src/io/head-models/import-head-model.js';
import {
  type BasisSummary,
  type HeadModelSummary,
  summariseHeadModel,
} from '../../src/io/head-models/summarise-head-model.js';
import { writeFileAtomic } from '../../src/io/write-file.js';

export const command = 'model <action> [file]';
export const describe = 'import a head model (FLAME, ICT-FaceKit, GNM), or tell what is inside one';

export function builder(yargs: Argv) {
  return yargs
    .positional('action', {
      choices: ['import', 'info'] as const,
      demandOption: true,
      describe: 'import: write a head model container; info: print what is inside',
    })
    .positional('file', { type: 'string', describe: 'the model to read; for info the open head where absent' })
    .option('out', { type: 'string', describe: 'container to write (.npz)' })
    .option('name', { type: 'string', describe: "what to call the model; default the file's name" })
    .option('landmarks', {
      type: 'string',
      array: true,
      describe: 'landmark embeddings of the model (.npz, .npy, .pkl)',
    })
    .option('masks', { type: 'string', describe: 'vertex masks of the model (FLAME_masks.pkl)' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object' });
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler({ action, file, out, name, landmarks, masks, json }: Arguments): Promise<void> {
  if (action === 'info') {
    print(summariseHeadModel(await loadHeadModel(file)), json);
    return;
  }
  if (file === undefined) throw new Error('model import: expected a file to import, got none.');
  if (out === undefined) throw new Error('model import: expected --out with the container to write, got none.');
  const imported = await importHeadModel(file, { name, landmarks, masks });
  const head = await withOpenHeadLayout(imported).catch((error: Error) => {
    process.stderr.write(`flowfit: warning: ${error.message} It is imported without.\n`);
    return imported;
  });
  await writeFileAtomic(out, formatHeadModel(head));
  print(summariseHeadModel(head), json);
}

function print(summary: HeadModelSummary, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${lines(summary).join('\n')}\n`);
}

function lines(summary: HeadModelSummary): string[] {
  const { name, vertices, triangles, extent, joints, regions, landmarks68 = 0, landmarks478 = 0 } = summary;
  const named = Object.entries(regions).map(([region, count]) => `${region} ${count}`);
  return [
    `${name} (${summary.licence})`,
    `source       ${summary.source}`,
    `mesh         ${vertices} vertices, ${triangles} triangles, ${extent.map((size) => size.toFixed(3)).join(' x ')} m`,
    `identity     ${components(summary.shape)}`,
    `expression   ${components(summary.expression)}${names(summary.expression)}`,
    `joints       ${joints.join(', ')}; ${summary.poseCorrectives} pose correctives`,
    `landmarks    ${landmarks68} of 68, ${landmarks478} of 478`,
    `regions      ${named.join(', ') || 'none'}`,
    `UV layouts   ${summary.uvLayouts.join(', ') || 'none'}`,
    `absent       ${summary.absent.join(', ') || 'nothing'}`,
    `shape basis  sha256 ${summary.shapeBasisHash}`,
  ];
}

function components({ count, bounded }: BasisSummary): string {
  return `${count} components${bounded ? ', bounded' : ''}`;
}

function names({ names: list }: BasisSummary): string {
  return list ? `: ${list.join(', ')}` : '';
}
