import { chamfer } from '../../src/evaluation/chamfer.js';
import { keyPointsOf68, type MeshPair } from '../../src/evaluation/mesh-sequence.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { vertexNormals } from '../../src/geometry/mesh.js';
import { type RigidAlignment, applyAlignment } from '../../src/geometry/rigid-alignment.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { meshPair, movingSurface, type Surface } from '../fixtures/mesh-pair.js';
import { createSphere } from '../fixtures/sphere.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const surface: Surface = { vertices: head.template, faces: head.faces };

/** The tiny head against a prediction with its own key points. */
function headPair(vertices: ArrayLike<number>): MeshPair {
  const pair = meshPair(
    movingSurface(surface, { frames: [0, 1] }),
    movingSurface({ ...surface, vertices }, { frames: [0, 1] }),
    { face: head.regions.face, ears: head.regions.ears },
  );
  const keyPoints = headPoints(head);
  return { ...pair, keyPoints: { truth: keyPoints, prediction: keyPoints } };
}

function headPoints({ landmarks68 }: HeadModel) {
  const { faces, barycentric } = landmarks68!;
  return {
    faces: Int32Array.from(keyPointsOf68, (k) => faces[k]),
    barycentric: Float32Array.from(keyPointsOf68.flatMap((k) => [...barycentric.subarray(k * 3, k * 3 + 3)])),
  };
}

const similarity = (scale: number, axisAngle: number[], translation: number[]): Omit<RigidAlignment, 'rms'> => ({
  scale,
  rotation: rotationFromAxisAngle(axisAngle),
  translation: Float64Array.from(translation),
});

test('a perfect prediction: nothing, however it is turned and moved', async () => {
  for (const moved of [
    similarity(1, [0, 0, 0], [0, 0, 0]),
    similarity(1, [0.4, 2.6, -0.3], [0.3, -2, 5]),
    similarity(1, [3, 0.2, 0.1], [-10, 0, 0.01]),
  ]) {
    const { groups } = await chamfer().measure(headPair(applyAlignment(moved, head.template)));
    expect(groups.face.cd).toBeLessThan(1e-3);
    expect(groups.ears.p95).toBeLessThan(1e-3);
  }
});

test('a prediction that is off keeps its distance under rigid motion', async () => {
  const normals = vertexNormals(head.template, head.faces);
  const dented = head.template.map((value, i) => value + normals[i] * 0.002 * Math.sin(i - (i % 3)));
  const still = await chamfer().measure(headPair(dented));
  const moved = await chamfer().measure(headPair(applyAlignment(similarity(1, [0.4, 2.6, -0.3], [1, 2, 3]), dented)));
  expect(still.groups.face.cd).toBeGreaterThan(0.3);
  expect(moved.groups.face.cd! / still.groups.face.cd!).toBeCloseTo(1, 4);
  expect(moved.groups.ears.std! / still.groups.ears.std!).toBeCloseTo(1, 4);
});

test('a closed sphere of radius R against R + e: CD is e', async () => {
  const fine = { rings: 120, sectors: 240, closed: true };
  const truth = movingSurface(createSphere({ rings: 20, sectors: 40, closed: true }), { frames: [0] });
  const prediction = movingSurface(createSphere({ ...fine, radius: 0.103 }), { frames: [0] });
  const { groups } = await chamfer().measure(meshPair(truth, prediction));
  expect(groups.all.cd! / 3).toBeCloseTo(1, 1.7);
  expect(groups.all.median! / 3).toBeCloseTo(1, 1.7);
  expect(groups.all.std).toBeLessThan(0.02);
});

test('an offset e along the normals: e where nothing is aligned; part of it is absorbed by ICP', async () => {
  const normals = vertexNormals(head.template, head.faces);
  const pair = headPair(head.template.map((value, i) => value + normals[i] * 0.001));
  const none = await chamfer({ align: 'none' }).measure(pair);
  expect(none.groups.face.cd).toBeGreaterThan(0.9);
  expect(none.groups.face.cd).toBeLessThan(1.1);
  const rigid = await chamfer().measure(pair);
  expect(rigid.groups.face.cd).toBeLessThan(none.groups.face.cd!);
});

test('a wrong scale counts, unless it is solved', async () => {
  const pair = headPair(applyAlignment(similarity(1.1, [0.2, 1, 0], [1, 1, 1]), head.template));
  const rigid = await chamfer().measure(pair);
  expect(rigid.groups.face.cd).toBeGreaterThan(0.5);
  const solved = await chamfer({ align: 'similarity' }).measure(pair);
  expect(solved.groups.face.cd).toBeLessThan(1e-3);
});

test('distances are of the truth when the prediction is in another unit', async () => {
  const normals = vertexNormals(head.template, head.faces);
  const dented = head.template.map((value, i) => value + normals[i] * 0.002 * Math.sin(i - (i % 3)));
  const metres = await chamfer({ align: 'similarity' }).measure(headPair(dented));
  const millimetres = await chamfer({ align: 'similarity' }).measure(headPair(dented.map((value) => value * 1000)));
  expect(millimetres.groups.face.cd! / metres.groups.face.cd!).toBeCloseTo(1, 3);
});

test('each vertex keeps its mean distance', async () => {
  const nose = head.regions.nose.findIndex((inside) => inside === 1);
  const pulled = head.template.map((value, i) => value + (Math.floor(i / 3) === nose && i % 3 === 2 ? 0.01 : 0));
  const { perVertex } = await chamfer({ align: 'none' }).measure(headPair(pulled));
  expect(perVertex!.indexOf(Math.max(...perVertex!))).toBe(nose);
});
