import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseAlignmentFile } from '../../src/alignment/alignment-file.js';
import { type Alignment } from '../../src/alignment/alignment.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { projectPoints } from '../../src/geometry/project.js';
import { withOpenHeadLayout } from '../../src/io/head-models/open-head-layout.js';
import { importHeadModel } from '../../src/io/head-models/import-head-model.js';
import { openSequence } from '../../src/io/open-sequence.js';
import { readFileBytes } from '../../src/io/read-file.js';
import { parseNpy } from '../../src/tensor/npy.js';
import { asksFlow, createObservers, type Keep, type ObserverOptions } from './observers.js';
import { median } from './people.js';
import { sharedData } from './sets.js';

/** How far an observer's vertices are from FlowFace's own network on the same photographs. */
export interface FelixRow {
  observer: string;
  status: string | null;
  medianPx: number;
  meanPx: number;
  /** The same in per cent of FlowFace's crop. */
  medianPercent: number;
  meanPercent: number;
  vertices: number;
}

/** Four photographs with the real FlowFace network's output on FLAME's vertices; nothing where the data is absent. */
export async function measureFelix(
  options: Omit<ObserverOptions, 'head'>,
  keep: Keep,
): Promise<FelixRow[] | undefined> {
  const paths = {
    head: join(sharedData, 'flame2023-open/flame2023_open_60.npz'),
    landmarks: join(sharedData, 'flame2023-open/mediapipe468_to_flame.npz'),
    images: join(sharedData, 'flowface-real/felix/images'),
    alignment: join(sharedData, 'flowface-real/felix/alignment.npz'),
    mask: join(sharedData, 'flowface-real/flowface_vertex_mask.npy'),
  };
  const absent = Object.values(paths).find((path) => !existsSync(path));
  if (absent) {
    console.error(`alignment: ${absent} is absent; the photographs with FlowFace's output are left out.`);
    return undefined;
  }
  const head = await withOpenHeadLayout(await importHeadModel(paths.head, { landmarks: [paths.landmarks] }));
  const reference = parseAlignmentFile(await readFileBytes(paths.alignment), head, paths.alignment);
  const mask = parseNpy(await readFileBytes(paths.mask)).data;
  const sequence = await openSequence(paths.images, { unordered: true });
  const rows: FelixRow[] = [];
  const observers = createObservers(sequence, { ...options, head, ordered: false });
  rows.push(
    await keep('felix-flow', true, async () => {
      const { alignment } = await observers['uv-flow']();
      return compare('uv-flow, as seen', null, head, observedVertices(head, alignment), reference, mask);
    }),
  );
  for (const [observer, observe] of Object.entries(observers)) {
    const measure = async () => {
      const { alignment } = await observe();
      const { parameters, status } = await fitSequence({ head, alignment, unordered: true });
      const at = (frame: number) =>
        Float32Array.from(projectPoints(worldVertices(head, parameters, frame), parameters.cameras[0]).pixels);
      return compare(`${observer}, fitted`, status, head, at, reference, mask);
    };
    rows.push(await keep(`felix-${observer}`, asksFlow(observer), measure));
  }
  await sequence.close();
  return rows;
}

/** `[V, 2]` pixels of a frame; NaN where the vertex was not seen. */
type VertexPixels = (frame: number) => Float32Array;

function observedVertices(head: HeadModel, { points, mu, sigma }: Alignment): VertexPixels {
  const count = points.faces.length;
  return (frame) => {
    const pixels = new Float32Array(head.vertexCount * 2).fill(NaN);
    for (let n = 0; n < count; n++) {
      const corner = [0, 1, 2].find((k) => points.barycentric[n * 3 + k] === 1);
      if (corner === undefined || !(sigma[frame * count + n] > 0)) continue;
      const vertex = head.faces[points.faces[n] * 3 + corner];
      pixels.set(mu.subarray((frame * count + n) * 2, (frame * count + n) * 2 + 2), vertex * 2);
    }
    return pixels;
  };
}

function compare(
  observer: string,
  status: string | null,
  head: HeadModel,
  pixelsAt: VertexPixels,
  reference: Alignment,
  mask: ArrayLike<number | bigint | string>,
): FelixRow {
  const [errors, percents]: number[][] = [[], []];
  for (let frame = 0; frame < reference.frameCount; frame++) {
    const pixels = pixelsAt(frame);
    const side = reference.faceBoxes[frame * 4 + 2] - reference.faceBoxes[frame * 4];
    for (let v = 0; v < head.vertexCount; v++) {
      const at = frame * head.vertexCount + v;
      if (!Number(mask[v]) || !(reference.sigma[at] > 0) || Number.isNaN(pixels[v * 2])) continue;
      const error = Math.hypot(pixels[v * 2] - reference.mu[at * 2], pixels[v * 2 + 1] - reference.mu[at * 2 + 1]);
      errors.push(error);
      percents.push((100 * error) / side);
    }
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    observer,
    status,
    medianPx: median(errors),
    meanPx: mean(errors),
    medianPercent: median(percents),
    meanPercent: mean(percents),
    vertices: errors.length,
  };
}
