import { alignSequence } from '../../src/alignment/align-sequence.js';
import { alignUvFlow } from '../../src/alignment/align-uv-flow.js';
import { type Alignment, type AlignmentSource } from '../../src/alignment/alignment.js';
import { fuseAlignments } from '../../src/alignment/fuse-alignments.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { projectPoints } from '../../src/geometry/project.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { type SurfacePoints } from '../../src/geometry/surface-points.js';
import { createRandom } from '../../src/synth/random.js';
import { type SyntheticTruth } from '../../src/synth/synthetic-sequence.js';

export const observerNames = ['landmarks', 'uv-flow', 'fused', 'true-478'] as const;
export type ObserverName = (typeof observerNames)[number];

export interface ObserverOptions {
  head: HeadModel;
  /** Bytes and name of the flow network. */
  network: Uint8Array;
  where: string;
  ordered?: boolean;
}

/** An alignment and how many pictures a second it took. */
export interface Observation {
  alignment: Alignment;
  imagesPerSecond: number | null;
}

/** The networks' observers, each asked at most once. */
export type Observers = Record<Exclude<ObserverName, 'true-478'>, () => Promise<Observation>>;

/** What the networks see, each alone and both together. */
export function createObservers(
  sequence: Sequence,
  { head, network, where, ordered = true }: ObserverOptions,
): Observers {
  const images = sequence.frameCount * sequence.viewCount;
  const once = (source: AlignmentSource, align: () => Promise<Alignment>) => {
    let observation: Promise<Observation & { alignment: { source: AlignmentSource } }> | undefined;
    const observe = async () => {
      const started = performance.now();
      const alignment = { ...(await align()), source };
      return { alignment, imagesPerSecond: (1000 * images) / (performance.now() - started) };
    };
    return () => (observation ??= observe());
  };
  const landmarks = once('landmarks', () => alignSequence(sequence, { head, ordered }));
  const flow = once('uv-flow', () => alignUvFlow(sequence, { head, network, where, ordered }));
  const fused = async () => {
    const parts = [(await landmarks()).alignment, (await flow()).alignment];
    return { alignment: fuseAlignments(parts), imagesPerSecond: null };
  };
  return { landmarks, 'uv-flow': flow, fused };
}

/** Whether an observer's answers depend on the flow network. */
export function asksFlow(observer: string): boolean {
  return observer === 'uv-flow' || observer === 'fused';
}

/** Keeps results from run to run; those without the flow network outlive a change of it. */
export type Keep = <T>(name: string, flow: boolean, measure: () => Promise<T>) => Promise<T>;

/** Share of the face's box by which the true points are disturbed, per axis. */
const trueNoise = 0.01;

/**
 * The true places of the 478 landmarks with noise of 1 per cent of the face's box, so that a landmark network weak on
 * rendered faces does not flatter the flow.
 *
 * @param rendered the head of the truth; `head` is the one that is fitted.
 */
export function trueLandmarks(
  sequence: Sequence,
  truth: SyntheticTruth,
  rendered: HeadModel,
  head: HeadModel,
  seed: number,
): Alignment {
  const [own, other] = [head.landmarks478!, rendered.landmarks478!];
  const index = Array.from(own.faces.keys()).filter((i) => own.faces[i] >= 0 && other.faces[i] >= 0);
  const pick = ({ faces, barycentric }: SurfacePoints): SurfacePoints => ({
    faces: Int32Array.from(index, (i) => faces[i]),
    barycentric: Float32Array.from(index.flatMap((i) => [...barycentric.subarray(i * 3, i * 3 + 3)])),
  });
  const random = createRandom(seed).fork('true landmarks');
  const { frameCount, viewCount } = sequence;
  const count = index.length;
  const mu = new Float32Array(frameCount * viewCount * count * 2);
  const sigma = new Float32Array(frameCount * viewCount * count);
  const faceBoxes = new Float32Array(frameCount * viewCount * 4);
  for (let frame = 0; frame < frameCount; frame++) {
    const vertices = truth.vertices(frame);
    const places = interpolateSurface(vertices, 3, rendered.faces, pick(other));
    for (let view = 0; view < viewCount; view++) {
      const image = frame * viewCount + view;
      const { pixels } = projectPoints(places, truth.cameras[view]);
      const { box, side } = faceBox(rendered, vertices, truth, view);
      for (let k = 0; k < count * 2; k++) mu[image * count * 2 + k] = pixels[k] + trueNoise * side * random.normal();
      sigma.fill(trueNoise * side, image * count, (image + 1) * count);
      faceBoxes.set(box, image * 4);
    }
  }
  const { cameraIds, frameNumbers, times, imageSizes } = sequence;
  const common = { frameCount, viewCount, cameraIds, frameNumbers, times, imageSizes };
  return { ...common, points: pick(own), mu, sigma, faceBoxes, source: 'landmarks' };
}

/** The open head's face on any head that was registered to it: ICT-FaceKit's own reaches down the neck. */
export function faceOf({ regions }: HeadModel): Uint8Array {
  return regions.crop ?? regions.face;
}

/** Bounds of the face region on the screen, and the side of the square around it. */
export function faceBox(head: HeadModel, vertices: ArrayLike<number>, truth: SyntheticTruth, view: number) {
  const { pixels } = projectPoints(vertices, truth.cameras[view]);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  faceOf(head).forEach((inside, v) => {
    if (!inside) return;
    for (let a = 0; a < 2; a++) {
      box[a] = Math.min(box[a], pixels[v * 2 + a]);
      box[2 + a] = Math.max(box[2 + a], pixels[v * 2 + a]);
    }
  });
  return { box, side: Math.max(box[2] - box[0], box[3] - box[1]) };
}
