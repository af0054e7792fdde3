import { readJsonFile } from '../io/read-file.js';
import { type TrackOptions } from './track-options.js';

const optionNames = [
  'cams',
  'head',
  'align',
  'network',
  'neutral',
  'canonical',
  'masks',
  'solver',
  'cameras',
  'unordered',
  'focal',
  'refineCameras',
  'offsetRegion',
  'face',
  'overlay',
  'backend',
  'device',
  'checkpointSeconds',
  'windowFrames',
] as const;
const termNames = [
  'alignment',
  'modelPrior',
  'temporalSmoothness',
  'neutralShape',
  'deformation',
  'jointPrior',
  'cameraPrior',
  'canonical',
] as const;

/**
 * Reads a `flowfit-config/1` file: `options` named as the command's (camel case), `terms` with their weights and
 * sigmas, `stages`.
 *
 * @throws a name is not known; it is given with those that are.
 */
export async function readConfig(path: string): Promise<Partial<TrackOptions>> {
  const config = (await readJsonFile(path)) as Record<string, unknown>;
  if (config?.format !== 'flowfit-config/1') {
    throw new Error(`${path}: expected format 'flowfit-config/1', got ${JSON.stringify(config?.format)}.`);
  }
  const {
    options = {},
    terms,
    stages,
  } = config as { options?: Record<string, unknown>; terms?: Record<string, unknown>; stages?: unknown };
  checkNames(path, config, ['format', 'options', 'terms', 'stages']);
  checkNames(`${path}: options`, options, optionNames);
  checkNames(`${path}: terms`, terms ?? {}, termNames);
  if (stages !== undefined && !Array.isArray(stages))
    throw new Error(`${path}: expected stages to be a list, got ${typeof stages}.`);
  return { ...options, ...(terms && { terms }), ...(stages !== undefined && { stages }) } as Partial<TrackOptions>;
}

function checkNames(where: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown) throw new Error(`${where}: expected some of ${known.join(', ')}, got '${unknown}'.`);
}
