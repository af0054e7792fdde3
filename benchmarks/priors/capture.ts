import { type Alignment } from '../../src/alignment/alignment.js';
import { type HeadModel, vertexSurfacePoints } from '../../src/flame/head-model.js';
import { shapeHead } from '../../src/flame/pose-head.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { alignRigid, applyAlignment } from '../../src/geometry/rigid-alignment.js';
import { type SurfacePoints } from '../../src/geometry/surface-points.js';
import { createSyntheticAlignment, type SyntheticAlignmentOptions } from '../../src/synth/synthetic-alignment.js';
import {
  createSyntheticSequence,
  type SyntheticSequence,
  type SyntheticSequenceOptions,
} from '../../src/synth/synthetic-sequence.js';

/** One number of a benchmark and what it should be. */
export interface Measure {
  name: string;
  value: number;
  unit: string;
  /** `< 0.3`, `> 30`; absent where the number only explains. */
  target?: string;
}

export interface Capture extends SyntheticSequence {
  head: HeadModel;
  alignment: Alignment;
}

/** Height of the pictures at which a head, and so a face of more than 600 pixels, fills them. */
const pictureSize = { width: 1400, height: 1700 };

/** A person before cameras at about a metre, the face about 600 pixels wide, with noisy observations of known sigma. */
export function createCapture(
  head: HeadModel,
  points: SurfacePoints,
  {
    observer,
    ...options
  }: Omit<SyntheticSequenceOptions, 'head'> & { observer?: Partial<SyntheticAlignmentOptions> } = {},
): Capture {
  const { sequence, truth } = createSyntheticSequence({ head, ...pictureSize, ...options });
  const alignment = createSyntheticAlignment(truth, { head, points, seed: options.seed, ...observer });
  return { head, sequence, truth, alignment };
}

/** The 478 landmarks that the head has. */
export function landmarkPoints({ landmarks478, name }: HeadModel): SurfacePoints {
  if (!landmarks478) throw new Error(`head model ${name}: expected an embedding of the 478 landmarks, got none.`);
  const index = [...landmarks478.faces.keys()].filter((i) => landmarks478.faces[i] >= 0);
  return {
    faces: Int32Array.from(index, (i) => landmarks478.faces[i]),
    barycentric: Float32Array.from(index.flatMap((i) => [...landmarks478.barycentric.subarray(i * 3, i * 3 + 3)])),
  };
}

export const everyVertex = vertexSurfacePoints;

/** Root mean square distance of points `[V, 3]`, over a region where one is given, millimetres. */
export function rmsMm(a: ArrayLike<number>, b: ArrayLike<number>, region?: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (let v = 0; v < a.length / 3; v++) {
    if (region && !region[v]) continue;
    count++;
    for (let axis = 0; axis < 3; axis++) sum += (a[v * 3 + axis] - b[v * 3 + axis]) ** 2;
  }
  return 1000 * Math.sqrt(sum / count);
}

/** The same over all frames' vertices in the world. */
export function worldErrorMm({ head, truth }: Capture, fitted: FitParameters, region?: ArrayLike<number>): number {
  const squares = truth.frameNumbers.map(
    (_, f) => rmsMm(worldVertices(head, fitted, f), truth.vertices(f), region) ** 2,
  );
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}

/** Error of the neutral head after a rigid alignment, millimetres. */
export function neutralErrorMm({ head, truth }: Capture, fitted: FitParameters, region?: ArrayLike<number>): number {
  const [got, wanted] = [shapeHead(head, fitted), shapeHead(head, truth)];
  const weights = region ? Float64Array.from(region) : undefined;
  return rmsMm(applyAlignment(alignRigid(got, wanted, { weights }), got), wanted, region);
}
