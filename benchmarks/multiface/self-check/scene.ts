import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeadModel } from '../../../src/flame/head-model.js';
import { type MeshPair, type MeshSequence } from '../../../src/evaluation/mesh-sequence.js';
import { readMultifaceSequence } from '../../../src/evaluation/multiface-sequence.js';
import { headKeyPoints, resultSequence } from '../../../src/evaluation/result-sequence.js';
import { regionNames, type TruthRegions } from '../../../src/evaluation/transfer-regions.js';
import { type SurfaceMesh } from '../../../src/geometry/dual-mesh.js';
import { interpolateSurface } from '../../../src/geometry/interpolate-surface.js';
import { type Camera } from '../../../src/geometry/camera.js';
import { createNearestSurfacePoint } from '../../../src/geometry/nearest-surface-point.js';
import { loadHeadModel } from '../../../src/io/head-model-file.js';
import { numberedByFrames, seenBy } from '../frame-numbering.js';
import { createMultifacePeople, type MultifaceTake } from '../../../src/synth/multiface-people.js';
import { trackedSurface, type TrackedTopology } from '../../../src/synth/tracked-surface.js';
import { entityFolder, writeMultifacePerson } from '../../../src/synth/write-multiface.js';

/** A capture whose truth is known, as its files tell it, and what a perfect tracker says. */
export interface CheckScene {
  head: HeadModel;
  take: MultifaceTake;
  /** The ground truth read from files whose meshes have the head's own triangles, or the dual's. */
  truth: Record<TrackedTopology, MeshSequence>;
  surface: Record<TrackedTopology, SurfaceMesh>;
  /** Another camera of the capture, for pictures of the same size. */
  otherCamera: Camera;
  /** A perfect tracker's head: all of the head model, moved by the true parameters. */
  perfect: MeshSequence;
  remove(): Promise<void>;
}

/** One person who shouts and turns, before two cameras; the second is the wrong one. */
const people = { people: 1, sequences: 2, frames: 36, width: 334, height: 512, seed: 7 };
/** Writes the capture in either topology and reads it back. */
export async function createScene(): Promise<CheckScene> {
  const head = await loadHeadModel();
  const [person] = createMultifacePeople({ ...people, head, skins: [] });
  const take = person.takes[0];
  const folder = await mkdtemp(join(tmpdir(), 'flowfit-self-check-'));
  const surface = { own: trackedSurface(head, 'own'), dual: trackedSurface(head, 'dual') };
  const { truth: parameters } = take.synthetic;
  const perfect = resultSequence(head, { parameters, frameNumbers: parameters.frameNumbers });
  const read = async (topology: TrackedTopology) => {
    const place = join(folder, topology);
    await writeMultifacePerson(place, person, { head, surface: surface[topology], images: false });
    const sequence = await readMultifaceSequence(join(place, entityFolder(person.entity)), take);
    const truth = seenBy(sequence, take.cameraId, parameters.cameras[0]);
    return numberedByFrames({ truth, prediction: perfect });
  };
  const [own, dual] = [await read('own'), await read('dual')];
  return {
    head,
    take,
    surface,
    truth: { own: own.truth, dual: dual.truth },
    perfect: own.prediction,
    otherCamera: person.takes[1].synthetic.truth.cameras[0],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The perfect prediction against the truth of one topology, or with parts of it replaced. */
export function pairOf(scene: CheckScene, topology: TrackedTopology, replaced: Partial<MeshPair> = {}): MeshPair {
  const { head, truth, perfect, surface } = scene;
  const { regions, keyPoints } = knownRegions(head, surface[topology]);
  return {
    truth: truth[topology],
    prediction: perfect,
    regions,
    keyPoints: { truth: keyPoints, prediction: headKeyPoints(head) },
    ...replaced,
  };
}

/** The head model's regions and key points on a mesh of its surface: regions where they hold more than half. */
export function knownRegions(head: HeadModel, { points, faces }: SurfaceMesh): TruthRegions {
  const regions = regionNames.map((name): [string, Uint8Array] => {
    const shares = interpolateSurface(head.regions[name], 1, head.faces, points);
    return [name, Uint8Array.from(shares, (share) => (share > 0.5 ? 1 : 0))];
  });
  const vertices = interpolateSurface(head.template, 3, head.faces, points);
  const positions = interpolateSurface(head.template, 3, head.faces, headKeyPoints(head));
  const { faces: triangles, barycentric } = createNearestSurfacePoint(vertices, faces)(positions);
  return { regions: Object.fromEntries(regions), keyPoints: { faces: triangles, barycentric } };
}
