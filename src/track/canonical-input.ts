import { type CanonicalSequence } from '../canonical/canonical-map.js';
import { templateEmbedding } from '../canonical/template-cube.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Sequence } from '../geometry/sequence.js';
import { readCanonical } from '../io/canonical/read-canonical.js';
import { loadHeadModel } from '../io/head-model-file.js';
import { type Engines, type TrackOptions } from './track-options.js';

/** Canonical maps of an input, and where the head's vertices lie in their space. */
export interface CanonicalInput {
  canonical: CanonicalSequence;
  /** `[V, 3]` unit cube; absent for maps in the frame of a neutral head. */
  embedding?: Float32Array;
}

/**
 * The canonical maps that a run was given: by a network or from files.
 *
 * @param engines gets an entry for a network.
 */
export async function canonicalInput(
  { canonical: path, masks, face, device, unordered, signal, onProgress }: TrackOptions,
  head: HeadModel,
  sequence: Sequence,
  engines: Engines,
): Promise<CanonicalInput | undefined> {
  if (path === undefined) {
    if (masks !== undefined)
      throw new Error('masks: expected canonical maps that they belong to (--canonical), got none.');
    return undefined;
  }
  const started = performance.now();
  const { engine, ...canonical } = await readCanonical(path, sequence, {
    masks,
    face,
    device,
    ordered: !unordered,
    signal,
    onProgress: (done, total) =>
      onProgress?.({ phase: 'align', fraction: done / total, detail: `canonical: image ${done} of ${total}` }),
  });
  if (engine) {
    engines.canonical = {
      name: engine.provider,
      refused: engine.refused.map(({ provider, reason }) => ({ name: provider, reason })),
      imagesPerSecond: (1000 * canonical.maps.length) / (performance.now() - started),
    };
  }
  if (canonical.space !== 'unit-cube') return { canonical };
  return { canonical, embedding: templateEmbedding(head, await loadHeadModel()) };
}
