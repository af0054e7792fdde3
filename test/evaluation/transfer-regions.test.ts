import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { seenFromOutside } from '../../src/evaluation/outside-view.js';
import { keyPointsOf68 } from '../../src/evaluation/mesh-sequence.js';
import { registerToSurface } from '../../src/evaluation/register-surface.js';
import { transferRegions } from '../../src/evaluation/transfer-regions.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { shapeHead } from '../../src/flame/pose-head.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { createNearestSurfacePoint } from '../../src/geometry/nearest-surface-point.js';
import { applyAlignment } from '../../src/geometry/rigid-alignment.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { ictLandmarks68, inIctPart } from '../../src/io/head-models/ict-topology.js';
import { createSphere } from '../fixtures/sphere.js';

const ictFile = join(process.cwd(), '../shared/data/ict-facekit-light/ict_facekit_light.npz');
const withIct = existsSync(ictFile);
if (!withIct) console.log(`transfer-regions: skipped, there is no ${ictFile}`);
const ictTest = withIct ? test : test.skip;

jest.setTimeout(240000);

/** Turned far and put somewhere: the search is told nothing about the pose. */
const moved = { scale: 1, rotation: rotationFromAxisAngle([0.7, 2, 0.4]), translation: Float64Array.of(0.3, -1.2, 2) };

/** Intersection over union of two regions among the vertices that count. */
function iou(a: ArrayLike<number>, b: ArrayLike<number>, counts: ArrayLike<number>): number {
  let [both, either] = [0, 0];
  for (let v = 0; v < counts.length; v++) {
    if (!counts[v]) continue;
    if (a[v] && b[v]) both++;
    if (a[v] || b[v]) either++;
  }
  return both / either;
}

function ictRange(...parts: Parameters<typeof inIctPart>[0][]): Uint8Array {
  return Uint8Array.from({ length: 26719 }, (_, v) => (parts.some((part) => inIctPart(part, v)) ? 1 : 0));
}

ictTest("ICT-FaceKit's skin by its own vertex ranges, and its landmarks, from the open head", async () => {
  const [head, ict] = await Promise.all([loadHeadModel(), loadHeadModel(ictFile)]);
  const vertices = applyAlignment(moved, ict.template);
  const { regions, keyPoints } = transferRegions(head, vertices, ict.faces, ['skin', 'face', 'nose']);
  const seen = seenFromOutside(vertices, ict.faces);
  expect(iou(regions.skin, ictRange('face', 'headAndNeck'), seen)).toBeGreaterThan(0.9);
  // ICT's range of the face holds ears and throat as well: nearly all of ours lies in it.
  const range = ictRange('face');
  const inRange = regions.face.reduce((sum, inside, v) => sum + (inside && range[v] ? 1 : 0), 0);
  expect(inRange / regions.face.reduce((sum, inside) => sum + inside, 0)).toBeGreaterThan(0.98);
  const found = interpolateSurface(vertices, 3, ict.faces, keyPoints);
  keyPointsOf68.forEach((landmark, k) => {
    const v = ictLandmarks68[landmark] * 3;
    const distance = Math.hypot(...[0, 1, 2].map((a) => found[k * 3 + a] - vertices[v + a]));
    expect(distance).toBeLessThan(0.008);
  });
});

ictTest("ICT-FaceKit's face by its vertex range, on another person than the one it was learnt from", async () => {
  const [head, ict] = await Promise.all([loadHeadModel(), loadHeadModel(ictFile)]);
  const range = ictRange('face');
  const registered = registerToSurface(head, ict.template, ict.faces);
  const nearest = createNearestSurfacePoint(ict.template, ict.faces)(registered);
  const share = interpolateSurface(range, 1, ict.faces, nearest);
  const ictFace = Uint8Array.from(share, (value, v) => (value > 0.5 && head.regions.skin[v] ? 1 : 0));
  const learnt: HeadModel = { ...head, regions: { ...head.regions, ictFace } };
  const person = shapeHead(ict, { shape: Float64Array.from({ length: 100 }, (_, k) => Math.sin(7.3 * k)) });
  const { regions } = transferRegions(learnt, person, ict.faces, ['ictFace']);
  expect(iou(regions.ictFace, range, seenFromOutside(person, ict.faces))).toBeGreaterThan(0.9);
});

test('the open head on itself, turned and moved: its own regions', async () => {
  const head = await loadHeadModel();
  const vertices = applyAlignment(moved, head.template);
  const { regions } = transferRegions(head, vertices, head.faces);
  const seen = seenFromOutside(vertices, head.faces);
  for (const name of ['face', 'mouth', 'nose', 'eyes', 'ears']) {
    expect(iou(regions[name], head.regions[name], seen)).toBeGreaterThan(0.95);
  }
});

test('a sphere within a sphere cannot be seen; through a hole one sees only backs', () => {
  const outer = createSphere({ radius: 0.1, closed: true });
  const inner = createSphere({ radius: 0.05, closed: true });
  const first = outer.vertices.length / 3;
  const vertices = [...outer.vertices, ...inner.vertices];
  const lid = outer.faces.filter((_, corner) => {
    const face = corner - (corner % 3);
    return [0, 1, 2].every((k) => outer.vertices[outer.faces[face + k] * 3 + 1] < 0.09);
  });
  const turnedIn = Array.from(inner.faces, (_, corner) => {
    const face = corner - (corner % 3);
    return inner.faces[face + 2 - (corner % 3)] + first;
  });
  const closed = seenFromOutside(vertices, Int32Array.from([...outer.faces, ...turnedIn]));
  expect(closed.slice(first).every((seen) => seen === 0)).toBe(true);
  const open = seenFromOutside(vertices, Int32Array.from([...lid, ...turnedIn]));
  expect(open.slice(first).every((seen) => seen === 0)).toBe(true);
  expect(open.slice(0, first).filter((seen) => seen === 1).length).toBeGreaterThan(900);
});
