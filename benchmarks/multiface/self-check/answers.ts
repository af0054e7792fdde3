import { chamfer } from '../../../src/evaluation/chamfer.js';
import { type MeshPair, type MeshSequence } from '../../../src/evaluation/mesh-sequence.js';
import { ssme } from '../../../src/evaluation/ssme.js';
import { interpolateSurface } from '../../../src/geometry/interpolate-surface.js';
import { rotationFromAxisAngle } from '../../../src/geometry/rotation.js';
import { atMost, type CheckCase, figureOf, largest, short } from './case.js';
import { alongNormals, heldStill, movedRigidly, withMovingCentre } from './mesh-changes.js';
import { type CheckScene, pairOf } from './scene.js';
import { createSpherePair } from './sphere-pair.js';

/** SSME and CD of a pair, over all regions the largest. */
async function worst(pair: MeshPair): Promise<{ ssmePx: number; cdMm: number }> {
  return { ssmePx: largest(await ssme().measure(pair), 'ssme'), cdMm: largest(await chamfer().measure(pair), 'cd') };
}

/** A perfect prediction that is the tracked mesh itself: what the files say, before they said it. */
function skinPair(scene: CheckScene, change: (skin: MeshSequence) => MeshSequence = (skin) => skin): MeshPair {
  const { faces, points } = scene.surface.own;
  const skin: MeshSequence = {
    ...scene.perfect,
    faces,
    vertexCount: points.faces.length,
    vertices: (frame) => interpolateSurface(scene.perfect.vertices(frame), 3, scene.head.faces, points),
  };
  const pair = pairOf(scene, 'own', { prediction: change(skin) });
  return { ...pair, keyPoints: { ...pair.keyPoints, prediction: pair.keyPoints.truth } };
}

/** The same topology, perfectly predicted: nothing is left. */
const perfect: CheckCase = {
  name: 'perfect',
  run: async (scene) => atMost(await worst(skinPair(scene)), { ssmePx: 1e-3, cdMm: 1e-3 }),
};

/** The true head against a tracked mesh of other triangles: the floor below which no tracker can come. */
const otherTopology: CheckCase = {
  name: 'other-topology',
  run: async (scene) => atMost(await worst(pairOf(scene, 'dual')), { ssmePx: 0.1, cdMm: 0.1 }),
};

/** A head at rest whose predicted camera's centre moves d pixels a frame: SSME_h is h d. */
const movingCentre: CheckCase = {
  name: 'moving-cx',
  async run(scene) {
    const d = 0.4;
    const [truth, prediction] = [heldStill(scene.truth.own), withMovingCentre(heldStill(scene.perfect), d)];
    const { curves, groups } = await ssme().measure(pairOf(scene, 'own', { truth, prediction }));
    const errors = curves!.face.flatMap((value, h) => (value === null ? [] : [Math.abs(value / (d * (h + 1)) - 1)]));
    const figures = { windows: errors.length, relativeError: Math.max(...errors), missRate: groups.face.missRate! };
    const outcome = atMost(figures, { relativeError: 0.01 });
    return { ...outcome, passed: outcome.passed && errors.length === 30 };
  },
};

/** A closed sphere of radius R against one of R + e: CD is e. */
const sphere: CheckCase = {
  name: 'sphere',
  async run() {
    const offset = 0.002;
    const pair = createSpherePair(0.1, 0.1 + offset);
    const rigid = figureOf(await chamfer().measure(pair), 'all', 'cd');
    const none = figureOf(await chamfer({ align: 'none' }).measure(pair), 'all', 'cd');
    const [rigidError, noneError] = [rigid, none].map((cd) => Math.abs(cd / (1000 * offset) - 1));
    return atMost({ cdMm: rigid, rigidError, noneError }, { rigidError: 0.01, noneError: 0.01 });
  },
};

/** The head swollen by e along its normals: CD without an alignment is e; ICP takes part of it away. */
const normalOffset: CheckCase = {
  name: 'normal-offset',
  async run(scene) {
    const offset = 0.001;
    const pair = skinPair(scene, (skin) => alongNormals(skin, offset));
    const cdMm = figureOf(await chamfer({ align: 'none' }).measure(pair), 'face', 'cd');
    const rigidMm = figureOf(await chamfer().measure(pair), 'face', 'cd');
    const outcome = atMost({ cdMm, rigidMm, relativeError: Math.abs(cdMm / 1 - 1) }, { relativeError: 0.1 });
    return { ...outcome, detail: `${outcome.detail}, ${short(rigidMm)} mm of 1 left after ICP` };
  },
};

/** A prediction that is turned and moved as a whole: CD stays as it was. */
const rigidMotion: CheckCase = {
  name: 'rigid-motion',
  async run(scene) {
    const prediction = alongNormals(scene.perfect, 0.001);
    const motion = { rotation: rotationFromAxisAngle([0.7, -1.9, 1.2]), translation: Float64Array.of(0.4, -2, 7) };
    const cd = async (moved: MeshSequence) =>
      figureOf(await chamfer().measure(pairOf(scene, 'dual', { prediction: moved })), 'face', 'cd');
    const [still, moved] = [await cd(prediction), await cd(movedRigidly(prediction, motion))];
    return atMost({ stillMm: still, movedMm: moved, changeMm: Math.abs(moved - still) }, { changeMm: 1e-3 });
  },
};

/** Cases whose figure is known in closed form. */
export const answers: CheckCase[] = [perfect, otherTopology, movingCentre, sphere, normalOffset, rigidMotion];
