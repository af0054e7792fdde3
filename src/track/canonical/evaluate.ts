import { join } from 'node:path';
import { type CanonicalSequence } from '../../canonical/canonical-map.js';
import { type MatchMapsOptions } from '../../canonical/match-maps.js';
import { type CanonicalShot, type CanonicalShots } from '../../evaluation/canonical-pairs.js';
import { evaluateCanonical } from '../../evaluation/evaluate-canonical.js';
import { type MeshSequence } from '../../evaluation/mesh-sequence.js';
import { type FigureRow } from '../../evaluation/metric.js';
import { openTruth } from '../../evaluation/open-truth.js';
import { cameraAtSize } from '../../evaluation/screen-mesh.js';
import { formatCsv } from '../../evaluation/write-evaluation.js';
import { type Sequence } from '../../geometry/sequence.js';
import { readCanonical } from '../../io/canonical/read-canonical.js';
import { loadHeadModel } from '../../io/head-model-file.js';
import { openSequence } from '../../io/open-sequence.js';
import { type FrameRange } from '../../io/sequence/join-frames.js';
import { makeFolder, writeFileAtomic } from '../../io/write-file.js';
import { type CanonicalOptions } from './pictures.js';

export interface EvaluateCanonicalOptions extends CanonicalOptions, MatchMapsOptions {
  /** Pictures with ground truth: a folder of `flowfit synth`, or a Multiface capture. */
  input: string;
  /** Frames between the two pictures of a pair. */
  margins: number[];
  /** Pairs of each camera and margin, at most; spread over the sequence. */
  pairs: number;
  frames?: FrameRange;
}

/** Measures the matches of a sequence's canonical maps against its ground truth; writes `figures.csv`. */
export async function evaluateInput(options: EvaluateCanonicalOptions): Promise<{ out: string; rows: FigureRow[] }> {
  const { input, frames, out, maps: source, masks, face, device, signal, onProgress, cycle, reach } = options;
  const { sequence: truth } = await openTruth(input, await loadHeadModel(), {});
  const sequence = await openSequence(input, { frames });
  try {
    const chosen = choosePairs(sequence, truth, options);
    if (chosen.length === 0) {
      const wanted = options.margins.join(' or ');
      throw new Error(
        `${input}: expected frames ${wanted} apart with ground truth, got ${sequence.frameCount} frames.`,
      );
    }
    await makeFolder(out);
    const canonical = await readCanonical(source, sequence, { masks, face, device, signal, onProgress });
    const rows = await evaluateCanonical(shotPairs(chosen, sequence, truth, canonical), { cycle, reach }, { signal });
    await writeFileAtomic(join(out, 'figures.csv'), formatCsv(rows));
    return { out, rows };
  } finally {
    await sequence.close();
  }
}

/** Two frames of a camera, by their place in the sequence. */
interface FramePair {
  view: number;
  margin: number;
  first: number;
  second: number;
}

function choosePairs(
  { frameNumbers, viewCount }: Sequence,
  truth: MeshSequence,
  { margins, pairs }: Pick<EvaluateCanonicalOptions, 'margins' | 'pairs'>,
): FramePair[] {
  const known = new Set(truth.frameNumbers);
  const chosen: FramePair[] = [];
  for (const margin of margins) {
    const usable = frameNumbers.flatMap((number, first) => {
      const second = frameNumbers.indexOf(number + margin);
      return second >= 0 && known.has(number) && known.has(number + margin) ? [{ first, second }] : [];
    });
    const step = Math.max(1, usable.length / pairs);
    for (let k = 0; k < Math.min(pairs, usable.length); k++) {
      for (let view = 0; view < viewCount; view++) chosen.push({ view, margin, ...usable[Math.floor(k * step)] });
    }
  }
  // Frame by frame: videos are read in order.
  return chosen.sort((a, b) => a.first - b.first);
}

async function* shotPairs(
  chosen: FramePair[],
  sequence: Sequence,
  truth: MeshSequence,
  { maps }: CanonicalSequence,
): AsyncGenerator<CanonicalShots> {
  const { viewCount, frameNumbers, cameraIds, imageSizes } = sequence;
  const shoot = async (frame: number, view: number): Promise<CanonicalShot | undefined> => {
    const map = maps[frame * viewCount + view];
    if (!map) return undefined;
    const number = frameNumbers[frame];
    const id = viewCount === 1 && truth.cameraIds.length === 1 ? truth.cameraIds[0] : cameraIds[view];
    const { width, height } = imageSizes[view];
    const camera = cameraAtSize(truth.camera(id, number), { ...truth.camera(id, number), width, height });
    return { map, camera, vertices: truth.vertices(number), image: await sequence.read(frame, view) };
  };
  for (const { view, margin, first, second } of chosen) {
    const [from, to] = [await shoot(first, view), await shoot(second, view)];
    if (from && to) yield { faces: truth.faces, margin, first: from, second: to };
  }
}
