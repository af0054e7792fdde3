import { type Alignment } from '../../src/alignment/alignment.js';
import { alignUvFlow } from '../../src/alignment/align-uv-flow.js';
import { headKeyPoints, resultSequence } from '../../src/evaluation/result-sequence.js';
import { type MeshPair } from '../../src/evaluation/mesh-sequence.js';
import { ssme } from '../../src/evaluation/ssme.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { surfaceVisibility } from '../../src/geometry/visibility.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { type SyntheticTruth } from '../../src/synth/synthetic-sequence.js';
import {
  asksFlow,
  createObservers,
  faceBox,
  faceOf,
  type Keep,
  type Observation,
  type ObserverName,
  type ObserverOptions,
  trueLandmarks,
} from './observers.js';
import { createPerson, type PeopleSet } from './sets.js';

/** What one observer came to on one person. */
export interface PersonRow {
  observer: ObserverName;
  status: string;
  /** Pictures in which the face was seen, of all. */
  seen: number;
  images: number;
  imagesPerSecond: number | null;
  /** region -> pixels. */
  ssme: Record<string, number | null>;
}

/** How near the flow network's own answers are, on the rendered head's visible face vertices. */
export interface FlowRow {
  /** Mean and median error, per cent of the face box's side. */
  nme: number;
  median: number;
  /** Shares of the errors under 1, 2 and 3 sigma; 0.393, 0.865, 0.989 of a Gaussian. */
  within: number[];
  /** Median sigma of the face vertices that are hidden, over that of those that are seen. */
  hiddenSigmaRatio: number;
  points: number;
}

const regions = ['face', 'mouth', 'nose', 'eyes', 'ears'];

/** Fits the open head to one rendered person with each observer, all with the true camera. */
export async function measurePerson(
  set: PeopleSet,
  seed: number,
  pictures: string,
  { observers: wanted, keep, ...options }: ObserverOptions & { observers: readonly ObserverName[]; keep: Keep },
) {
  const { sequence: uncalibrated, truth } = createPerson(set, seed, pictures);
  const sequence: Sequence = { ...uncalibrated, cameras: truth.cameras };
  const observers = {
    ...createObservers(sequence, options),
    'true-478': async () => ({
      alignment: trueLandmarks(sequence, truth, set.head, options.head, seed),
      imagesPerSecond: null,
    }),
  };
  const name = `${set.name}-${seed}`;
  const rows: PersonRow[] = [];
  for (const observer of wanted) {
    const measure = async () => measureFit(set, truth, observer, await observers[observer](), options);
    rows.push(await keep(`${name}-${observer}`, asksFlow(observer), measure));
  }
  const flow = wanted.some(asksFlow)
    ? await keep(`${name}-flow`, true, () => measureFlow(set.head, sequence, truth, options))
    : undefined;
  return { rows, flow };
}

async function measureFit(
  set: PeopleSet,
  truth: SyntheticTruth,
  observer: ObserverName,
  { alignment, imagesPerSecond }: Observation,
  { head }: ObserverOptions,
): Promise<PersonRow> {
  const fit = await fitSequence({ head, alignment, cameras: truth.cameras });
  const known = regions.filter((name) => set.head.regions[name]);
  const pair: MeshPair = {
    truth: resultSequence(set.head, { parameters: truth, frameNumbers: truth.frameNumbers }),
    prediction: resultSequence(head, { parameters: fit.parameters, frameNumbers: truth.frameNumbers }),
    regions: { ...Object.fromEntries(known.map((name) => [name, set.head.regions[name]])), face: faceOf(set.head) },
    keyPoints: { truth: headKeyPoints(set.head), prediction: headKeyPoints(head) },
  };
  const { groups } = await ssme().measure(pair);
  return {
    observer,
    status: fit.status,
    seen: seenImages(alignment),
    images: alignment.frameCount * alignment.viewCount,
    imagesPerSecond,
    ssme: Object.fromEntries(Object.entries(groups).map(([name, figures]) => [name, figures.ssme])),
  };
}

export function seenImages({ sigma, points, frameCount, viewCount }: Alignment): number {
  const count = points.faces.length;
  return Array.from({ length: frameCount * viewCount }, (_, image) =>
    sigma.subarray(image * count, (image + 1) * count).some((value) => value > 0),
  ).filter(Boolean).length;
}

/** The flow at the vertices of the rendered head itself, against their true places. */
async function measureFlow(
  head: HeadModel,
  sequence: Sequence,
  truth: SyntheticTruth,
  options: ObserverOptions,
): Promise<FlowRow> {
  const alignment = await alignUvFlow(sequence, { ...options, head });
  const { points, mu, sigma, viewCount } = alignment;
  const count = points.faces.length;
  const isFace = interpolateSurface(faceOf(head), 1, head.faces, points).map((value) => (value > 0.5 ? 1 : 0));
  const errors: number[] = [];
  const inSigmas: number[] = [];
  const sigmas: { seen: number[]; hidden: number[] } = { seen: [], hidden: [] };
  for (let frame = 0; frame < alignment.frameCount; frame++) {
    const vertices = truth.vertices(frame);
    for (let view = 0; view < viewCount; view++) {
      const { side } = faceBox(head, vertices, truth, view);
      const { visible, pixels } = surfaceVisibility(points, vertices, head.faces, truth.cameras[view]);
      for (let n = 0; n < count; n++) {
        const at = (frame * viewCount + view) * count + n;
        if (!isFace[n] || !(sigma[at] > 0)) continue;
        sigmas[visible[n] ? 'seen' : 'hidden'].push(sigma[at] / side);
        if (!visible[n]) continue;
        const error = Math.hypot(mu[at * 2] - pixels[n * 2], mu[at * 2 + 1] - pixels[n * 2 + 1]);
        errors.push((100 * error) / side);
        inSigmas.push(error / sigma[at]);
      }
    }
  }
  return {
    nme: errors.reduce((sum, value) => sum + value, 0) / errors.length,
    median: median(errors),
    within: [1, 2, 3].map((k) => inSigmas.filter((value) => value < k).length / inSigmas.length),
    hiddenSigmaRatio: median(sigmas.hidden) / median(sigmas.seen),
    points: errors.length,
  };
}

export function median(values: number[]): number {
  if (values.length === 0) return NaN;
  return Float64Array.from(values).sort()[values.length >> 1];
}
