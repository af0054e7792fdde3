import { join } from 'node:path';
import { type HeadModel } from '../flame/head-model.js';
import { formatCalibration } from '../io/calibration.js';
import { readFileBytes } from '../io/read-file.js';
import { formatResult, parseResult } from '../io/result-file.js';
import { writeFileAtomic } from '../io/write-file.js';
import { encodeImage } from '../render/image-file.js';
import { type FitParameters } from '../fitting/parameters.js';
import { type SyntheticSequence, type SyntheticTruth } from './synthetic-sequence.js';

export interface WriteSequenceOptions {
  /** JPEG quality; default 90. */
  quality?: number;
  /** Write `meshes/<frame>.obj` too; default false. */
  meshes?: boolean;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** The name of a frame's files, without their ending. */
export function frameName(frame: number): string {
  return String(frame).padStart(6, '0');
}

/** A mesh as Wavefront OBJ, metres. */
function formatObj(vertices: ArrayLike<number>, faces: ArrayLike<number>): string {
  const lines: string[] = [];
  for (let v = 0; v < vertices.length; v += 3) {
    lines.push(`v ${[0, 1, 2].map((a) => vertices[v + a].toFixed(6)).join(' ')}`);
  }
  for (let f = 0; f < faces.length; f += 3) lines.push(`f ${faces[f] + 1} ${faces[f + 1] + 1} ${faces[f + 2] + 1}`);
  return `${lines.join('\n')}\n`;
}

/** The truth in the form of a result, so that whatever reads results reads it. */
export function formatTruth(truth: SyntheticTruth, { name, shapeBasisHash }: HeadModel): Uint8Array {
  const [F, C] = [truth.frameNumbers.length, truth.cameras.length];
  return formatResult({
    parameters: truth,
    frameNumbers: truth.frameNumbers,
    times: truth.times,
    frameObserved: new Uint8Array(F).fill(1),
    residualPx: new Float32Array(F * C),
    head: { name, shapeBasisHash },
    status: 'truth',
  });
}

/**
 * Writes a synthetic sequence: `images/<camera>/<frame>.jpg`, `calib.json`, and `truth.npz`, which has the form of a
 * `result.npz`.
 */
export async function writeSequence(
  folder: string,
  { sequence, truth }: SyntheticSequence,
  head: HeadModel,
  { quality = 90, meshes = false, onProgress, signal }: WriteSequenceOptions = {},
): Promise<void> {
  const total = sequence.frameCount * sequence.viewCount;
  for (let frame = 0; frame < sequence.frameCount; frame++) {
    const name = frameName(sequence.frameNumbers[frame]);
    for (let view = 0; view < sequence.viewCount; view++) {
      signal?.throwIfAborted();
      const image = await sequence.read(frame, view);
      if (!image) continue;
      const bytes = await encodeImage(image, { quality });
      await writeFileAtomic(join(folder, 'images', sequence.cameraIds[view], `${name}.jpg`), bytes);
      onProgress?.(frame * sequence.viewCount + view + 1, total);
    }
    if (meshes) {
      await writeFileAtomic(join(folder, 'meshes', `${name}.obj`), formatObj(truth.vertices(frame), head.faces));
    }
  }
  await writeFileAtomic(join(folder, 'calib.json'), formatCalibration(truth.cameras));
  await writeFileAtomic(join(folder, 'truth.npz'), formatTruth(truth, head));
}

/** Reads the parameters of a `truth.npz`. */
export async function readTruth(path: string): Promise<FitParameters> {
  const { parameters, status } = parseResult(await readFileBytes(path));
  if (status !== 'truth') throw new Error(`${path}: expected the truth of a synthetic sequence, got a result.`);
  return parameters;
}
