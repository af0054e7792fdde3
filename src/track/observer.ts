import { type HeadModel } from '../flame/head-model.js';
import { assetPath } from '../io/asset-path.js';
import { loadHeadModel } from '../io/head-model-file.js';
import { openHeadLayout, withOpenHeadLayout } from '../io/head-models/open-head-layout.js';
import { type TrackOptions } from './track-options.js';

/** What reads the pictures: the landmark network, a UV-to-image flow network, both, or somebody else, into a file. */
export type Observer = 'landmarks' | 'uv-flow' | 'fused' | 'file';

/** `auto` is the landmarks, unless a network is named: docs/alignment.md has the evidence. */
export function chooseObserver({ align = 'auto', network }: Pick<TrackOptions, 'align' | 'network'>): Observer {
  if (align === 'landmarks' || align === 'uv-flow' || align === 'fused') return align;
  if (align === 'auto') return network ? 'uv-flow' : 'landmarks';
  return 'file';
}

/** The UV-to-image flow network that a run uses; `undefined` where it uses none. */
export function chosenNetwork(options: Pick<TrackOptions, 'align' | 'network'>): string | undefined {
  const observer = chooseObserver(options);
  if (observer === 'landmarks' || observer === 'file') return undefined;
  return options.network ?? assetPath('uv-flow', 'uvflow-s.onnx');
}

/** The head model with what its observer needs: landmarks, and for a flow network a place in the open head's layout. */
export async function loadObservedHead(options: TrackOptions): Promise<HeadModel> {
  const head = await loadHeadModel(options.head);
  const observer = chooseObserver(options);
  const complete = head.landmarks478 && (observer === 'landmarks' || head.uvLayouts[openHeadLayout]);
  return observer === 'file' || complete ? head : withOpenHeadLayout(head);
}
