import { resolve } from 'node:path';
import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { readConfig } from '../../src/track/config.js';
import { track } from '../../src/track/track.js';
import { type TrackOptions } from '../../src/track/track-options.js';
import { type TrackSummary } from '../../src/track/run-record.js';
import { backendNames } from '../../src/tensor/backend.js';
import { parseFrameRange } from '../frame-range.js';
import { abortOnInterrupt } from '../exit.js';
import { progressLine } from '../progress.js';

export const command = 'track <input>';
export const describe = 'track a head through an image, a video, a folder of images or a folder of cameras';

export function builder(yargs: Argv) {
  return yargs
    .positional('input', {
      type: 'string',
      demandOption: true,
      describe: 'image, video, folder of images, or folder with one folder or video per camera',
    })
    .option('cams', { type: 'string', describe: 'calibration file; without it one camera, its focal length estimated' })
    .option('out', { type: 'string', default: 'flowfit-out', describe: 'result folder' })
    .option('head', { type: 'string', describe: 'head model (see `flowfit model`); default the open head' })
    .option('align', { type: 'string', describe: 'auto (default), landmarks, uv-flow, fused, or an alignment file' })
    .option('network', { type: 'string', describe: 'UV-to-image flow network (uv-flow/1) to use instead of our own' })
    .option('neutral', { type: 'string', describe: 'predicted neutral head: mesh, coefficients or ONNX network' })
    .option('canonical', { type: 'string', describe: 'canonical maps: a network (canonical-map/1) or a folder' })
    .option('masks', { type: 'string', describe: 'folder of foreground masks for the canonical maps' })
    .option('solver', { choices: ['gauss-newton', 'adamw'] as const, describe: 'default gauss-newton' })
    .option('frames', { type: 'string', describe: 'A:B:STEP, as in Python slices' })
    .option('cameras', { type: 'string', describe: 'use only these cameras: ID,ID,...' })
    .option('config', { type: 'string', describe: 'JSON file of schema flowfit-config/1: options, terms, stages' })
    .option('unordered', { type: 'boolean', describe: 'photographs of one person in no order' })
    .option('focal', {
      choices: ['shared', 'each'] as const,
      describe: 'one unknown focal length, or one for each camera or unordered image',
    })
    .option('refine-cameras', { type: 'boolean', describe: 'refine the extrinsics of all cameras but the first' })
    .option('offset-region', { type: 'string', describe: 'region that may leave the basis, or none' })
    .option('face', { type: 'number', describe: 'which face: 0 the largest' })
    .option('overlay', { type: 'boolean', describe: 'write pictures of the mesh over the images' })
    .option('window-frames', { type: 'number', describe: 'most frames solved at once; default by memory' })
    .option('resume', { type: 'boolean', describe: 'go on where a killed run with the same options stopped' })
    .option('backend', { choices: backendNames, describe: 'tfjs backend of the adamw solver' })
    .option('device', { choices: ['auto', 'cpu', 'cuda', 'webgpu'] as const, describe: 'where networks run' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object as the last line' });
}

type Arguments = ArgumentsCamelCase<ReturnType<typeof builder> extends Argv<infer Options> ? Options : never>;

export async function handler(argv: Arguments): Promise<void> {
  const config = argv.config ? await readConfig(argv.config) : {};
  const given = {
    cams: argv.cams,
    align: argv.align,
    network: argv.network,
    head: argv.head,
    neutral: argv.neutral,
    canonical: argv.canonical,
    masks: argv.masks,
    solver: argv.solver,
    frames: argv.frames === undefined ? undefined : parseFrameRange(argv.frames),
    cameras: argv.cameras?.split(','),
    unordered: argv.unordered,
    focal: argv.focal,
    refineCameras: argv.refineCameras,
    offsetRegion: argv.offsetRegion,
    face: argv.face,
    overlay: argv.overlay,
    windowFrames: argv.windowFrames,
    resume: argv.resume,
    backend: argv.backend,
    device: argv.device,
  };
  const chosen = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { report, clear } = progressLine(argv.json);
  const summary = await track({
    ...config,
    ...chosen,
    input: argv.input,
    out: resolve(argv.out),
    signal: abortOnInterrupt(),
    onProgress: report,
  } as TrackOptions).finally(clear);
  process.stdout.write(argv.json ? `${JSON.stringify(summary)}\n` : describeSummary(summary));
  if (summary.status === 'aborted') process.stderr.write('flowfit: interrupted; --resume goes on from here.\n');
  process.exitCode = exitCode(summary);
}

/** 0 converged with every frame seen, 2 not, 130 interrupted. */
export function exitCode({ status, lostFrames }: TrackSummary): number {
  if (status === 'aborted') return 130;
  return status === 'converged' && lostFrames === 0 ? 0 : 2;
}

export function describeSummary(summary: TrackSummary): string {
  const { status, message, frames, cameras, faces, lostFrames, residual, seconds, solver, out, engines, warnings } =
    summary;
  const percent = residual.percentOfFaceWidth;
  const engineNames = Object.entries(engines).map(([part, { name }]) => `${part} on ${name}`);
  const lines = [
    `status    ${status}${message ? `: ${message}` : ''}`,
    `images    ${frames} frames x ${cameras} cameras, face found in ${faces}${lostFrames > 0 ? `, ${lostFrames} frames without a face` : ''}`,
    `residual  median ${residual.medianPx.toFixed(2)} px, p95 ${residual.p95Px.toFixed(2)} px; ${percent.median.toFixed(2)} and ${percent.p95.toFixed(2)} per cent of the face's width`,
    `time      ${seconds.total.toFixed(1)} s: align ${seconds.align.toFixed(1)}, fit ${seconds.fit.toFixed(1)} (${solver.name}, ${solver.iterations} iterations), pictures ${seconds.render.toFixed(1)}; ${engineNames.join(', ')}`,
    `result    ${out}`,
    ...warnings.map((warning) => `warning   ${warning}`),
  ];
  return `${lines.join('\n')}\n`;
}
