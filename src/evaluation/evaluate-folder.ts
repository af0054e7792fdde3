import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type HeadModel } from '../flame/head-model.js';
import { loadHeadModel } from '../io/head-model-file.js';
import { readFileBytes, readJsonFile } from '../io/read-file.js';
import { parseResult, type TrackResult } from '../io/result-file.js';
import { type AlignmentKind } from './align-frame.js';
import { type Evaluation, evaluatePair } from './evaluate-pair.js';
import { type MeshPair } from './mesh-sequence.js';
import { type MeasureOptions } from './metric.js';
import { type OpenedTruth, openTruth, type OpenTruthOptions } from './open-truth.js';
import { headKeyPoints, resultSequence } from './result-sequence.js';

export interface EvaluateFolderOptions extends OpenTruthOptions, MeasureOptions {
  /** A result folder. */
  result: string;
  truth: string;
  /** The head model of the result; default the one that its `run.json` names, else the open head. */
  head?: string;
  align?: AlignmentKind;
}

/** A result folder against its ground truth. */
export interface FolderEvaluation extends Evaluation {
  pair: MeshPair;
  regionSource: OpenedTruth['regionSource'];
  head: string;
}

/** Reads a result folder and a ground truth, joins them and measures. */
export async function evaluateFolder(options: EvaluateFolderOptions): Promise<FolderEvaluation> {
  const { result: folder, truth: truthPath, align } = options;
  const result = parseResult(await readFileBytes(join(folder, 'result.npz')));
  const head = await headOf(result, folder, options.head);
  const { sequence: truth, regions, keyPoints, regionSource } = await openTruth(truthPath, head, options);
  const pair: MeshPair = {
    truth,
    prediction: resultSequence(head, result),
    regions,
    keyPoints: { truth: keyPoints, prediction: headKeyPoints(head) },
  };
  const { onProgress, signal } = options;
  const evaluation = await evaluatePair(pair, { alignment: { align } }, { onProgress, signal });
  return { ...evaluation, pair, regionSource, head: head.name };
}

/** The head model that a result was made with. */
async function headOf({ head: expected }: TrackResult, folder: string, given?: string): Promise<HeadModel> {
  const head = await loadHeadModel(given ?? (await recordedHead(folder)));
  if (head.shapeBasisHash === expected.shapeBasisHash) return head;
  throw new Error(
    `${folder}: expected the head model ${expected.name} that the result was made with, got ${head.name}; --head names it.`,
  );
}

/** Path of the head model in a `run.json`, where it was not the open head and still is there. */
async function recordedHead(folder: string): Promise<string | undefined> {
  const file = join(folder, 'run.json');
  if (!existsSync(file)) return undefined;
  const { options } = (await readJsonFile(file)) as { options?: { head?: string } };
  return options?.head !== undefined && existsSync(options.head) ? options.head : undefined;
}
