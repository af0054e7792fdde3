import { type Sequence } from '../geometry/sequence.js';
import { type AlignmentSegment, segmentPeriod } from './align-checkpoint.js';
import { type AlignSequenceOptions } from './align-sequence.js';
import { createFaceDetector } from './face-detector.js';
import { type FaceTopology } from './face-topology.js';
import { createFaceTracker, type FaceTrackerOptions, type TrackerState } from './face-tracker.js';
import { createIrisNetwork } from './iris-network.js';
import { createLandmarkNetwork } from './landmark-network.js';

/**
 * Reads the landmarks of one face in every picture, from the checkpoint where it has them.
 *
 * @returns `faces` `[F][C]`, `undefined` where the face was not seen.
 */
export async function readFaces(
  sequence: Sequence,
  topology: FaceTopology,
  options: AlignSequenceOptions,
): Promise<Pick<AlignmentSegment, 'faces' | 'engine'>> {
  const { frameCount, viewCount } = sequence;
  const segments = (await options.checkpoint?.load()) ?? [];
  const faces = segments.flatMap((segment) => segment.faces);
  const last = segments.at(-1);
  if (last && faces.length >= frameCount) return { faces, engine: last.engine };
  const { networks, release } = await startNetworks(topology, options);
  const { provider, refused } = networks.network.session;
  const engine = { provider, refused };
  const trackers = Array.from({ length: viewCount }, (_, view) =>
    createTracker(networks, options, last?.trackers[view]),
  );
  const progress = { total: frameCount * viewCount, done: faces.length * viewCount, seen: seenIn(faces) };
  let saved = faces.length;
  let lastSave = performance.now();
  const save = async () => {
    const states = trackers.map(({ state }) => state);
    await options.checkpoint?.save({ firstFrame: saved, faces: faces.slice(saved), trackers: states, engine });
    [saved, lastSave] = [faces.length, performance.now()];
  };
  try {
    for (let frame = faces.length; frame < frameCount; frame++) {
      const views: AlignmentSegment['faces'][number] = [];
      for (let view = 0; view < viewCount; view++) {
        options.signal?.throwIfAborted();
        const image = await sequence.read(frame, view);
        views.push(image && (await trackers[view].next(image)));
        progress.done++;
        if (views[view]) progress.seen++;
        options.onProgress?.({ ...progress });
      }
      faces.push(views);
      if (performance.now() - lastSave >= 1000 * (options.checkpoint?.everySeconds ?? segmentPeriod)) await save();
    }
    if (saved < frameCount) await save();
  } finally {
    await release();
  }
  return { faces, engine };
}

type Networks = Pick<FaceTrackerOptions, 'detector' | 'network'> & Required<Pick<FaceTrackerOptions, 'irises'>>;

async function startNetworks(topology: FaceTopology, { device }: AlignSequenceOptions) {
  const detector = await createFaceDetector({ device });
  const network = await createLandmarkNetwork(topology.mirror, { device });
  const irises = await createIrisNetwork(topology, { device });
  const release = () => Promise.all([detector, network, irises].map(({ session }) => session.release()));
  return { networks: { detector, network, irises } satisfies Networks, release };
}

function createTracker(networks: Networks, options: AlignSequenceOptions, state?: TrackerState) {
  const { face, ordered, passes, signal } = options;
  return createFaceTracker({ ...networks, face, ordered, passes, state, signal });
}

function seenIn(faces: AlignmentSegment['faces']): number {
  return faces.flat().filter((face) => face !== undefined).length;
}
