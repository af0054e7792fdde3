import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { demo } from '../../src/track/demo.js';
import { backendNames } from '../../src/tensor/backend.js';
import { abortOnInterrupt } from '../exit.js';
import { progressLine } from '../progress.js';
import { describeSummary, exitCode } from './track.js';

export const command = 'demo';
export const describe = 'track the bundled 4-camera sample and a photograph, and print the scores';

export function builder(yargs: Argv) {
  return yargs
    .option('out', { type: 'string', default: 'flowfit-out/demo', describe: 'result folder' })
    .option('solver', { choices: ['gauss-newton', 'adamw'] as const, describe: 'default gauss-newton' })
    .option('backend', { choices: backendNames, describe: 'tfjs backend of the adamw solver' })
    .option('device', { choices: ['auto', 'cpu', 'cuda', 'webgpu'] as const, describe: 'where networks run' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' });
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler({ out, solver, backend, device, json }: Arguments): Promise<void> {
  const { report, clear } = progressLine(json);
  const options = { out: resolve(out), solver, backend, device, signal: abortOnInterrupt(), onProgress: report };
  const { sequence, photograph } = await demo(options).finally(clear);
  process.exitCode = Math.max(exitCode(sequence), exitCode(photograph));
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...sequence, photograph })}\n`);
    return;
  }
  const { mean, p95 } = sequence.vertexErrorMm;
  process.stdout.write(
    `Synthetic sequence, 4 cameras, from its pixels\n${describeSummary(sequence)}` +
      `3D error  mean ${mean.toFixed(2)} mm, p95 ${p95.toFixed(2)} mm over the face's vertices; ${(1000 * sequence.secondsPerFrame).toFixed(0)} ms per frame\n\n` +
      `Photograph\n${describeSummary(photograph)}\nLook at ${sequence.out}/overlay.jpg and ${photograph.out}/overlay.jpg\n`,
  );
}
