import { join } from 'node:path';
import { canonicalisePoints } from '../../canonical/canonicalise-points.js';
import {
  cubeFromHead,
  headFromCube,
  templateCube,
  type TemplateCube,
  templateEmbedding,
} from '../../canonical/template-cube.js';
import { shapeHead } from '../../flame/pose-head.js';
import { type HeadModel } from '../../flame/head-model.js';
import { worldVertices } from '../../fitting/residuals.js';
import { loadHeadModel } from '../../io/head-model-file.js';
import { formatPointCloud } from '../../io/mesh/point-cloud.js';
import { parsePly } from '../../io/mesh/ply.js';
import { readFileBytes } from '../../io/read-file.js';
import { parseResult, type TrackResult } from '../../io/result-file.js';
import { writeFileAtomic } from '../../io/write-file.js';

/** Which canonical head: the person's own at rest, the model's template, or that one in the unit cube. */
export type CanonicalTarget = 'neutral' | 'template' | 'cube';

export interface CanonicaliseOptions {
  /** PLY file of points, metres, in the world of the result. */
  points: string;
  /** Result folder of `flowfit track`. */
  result: string;
  /** Frame number. */
  frame: number;
  to: CanonicalTarget;
  /** The result's head model; the open head where absent. */
  head?: string;
  /** PLY file to write. */
  out: string;
}

/** Takes reconstructed points to the canonical head through a fit. */
export async function canonicaliseFile(options: CanonicaliseOptions) {
  const { points: file, result: folder, frame, to, out } = options;
  const { vertices } = parsePly(await readFileBytes(file), file);
  const bad = vertices.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new Error(`${file}: expected finite points, got point ${Math.floor(bad / 3)} with NaN.`);
  const result = parseResult(await readFileBytes(join(folder, 'result.npz')));
  const head = await loadHeadModel(options.head);
  if (head.shapeBasisHash !== result.head.shapeBasisHash) {
    throw new Error(`${folder}: expected the head model ${result.head.name} that it was made with, got ${head.name}.`);
  }
  const index = result.frameNumbers.indexOf(frame);
  if (index < 0) throw new Error(`${folder}: expected a frame ${frame}, got none of that number.`);
  const tracked = worldVertices(head, result.parameters, index);
  const { vertices: canonical, cube } = await canonicalHead(head, result, to);
  const moved = canonicalisePoints(vertices, { tracked, canonical, faces: head.faces });
  await writeFileAtomic(out, formatPointCloud(cube ? cubeFromHead(moved.points, cube) : moved.points));
  const sorted = moved.distances.slice().sort();
  return { out, points: sorted.length, medianDistance: sorted[sorted.length >> 1] ?? NaN };
}

/** The canonical head, metres; and the cube around it where its coordinates are wanted. */
async function canonicalHead(
  head: HeadModel,
  { parameters: { shape, offsets } }: TrackResult,
  to: CanonicalTarget,
): Promise<{ vertices: ArrayLike<number>; cube?: TemplateCube }> {
  if (to === 'neutral') return { vertices: shapeHead(head, { shape, offsets }) };
  if (to === 'template') return { vertices: head.template };
  const reference = await loadHeadModel();
  const cube = templateCube(reference);
  return { vertices: headFromCube(templateEmbedding(head, reference), cube), cube };
}
