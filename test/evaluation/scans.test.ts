import { cloudToMesh } from '../../src/evaluation/cloud-to-mesh.js';
import { cropScan, now } from '../../src/evaluation/now.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { vertexNormals } from '../../src/geometry/mesh.js';
import { applyAlignment } from '../../src/geometry/rigid-alignment.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { keyPointsOf68 } from '../../src/evaluation/mesh-sequence.js';
import { createSphere } from '../fixtures/sphere.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const allLandmarks = interpolateSurface(head.template, 3, head.faces, head.landmarks68!);
const keyPoints = Float64Array.from(keyPointsOf68.flatMap((k) => [...allLandmarks.subarray(k * 3, k * 3 + 3)]));
const moved = { scale: 3.7, rotation: rotationFromAxisAngle([0.5, 2, -1]), translation: Float64Array.of(1, -2, 0.5) };

test('NoW: a perfect prediction of any size has no distance; a metrical one must have the size', async () => {
  const pair = {
    points: head.template,
    mesh: { vertices: applyAlignment(moved, head.template), faces: head.faces },
    keyPoints: { points: keyPoints, mesh: applyAlignment(moved, keyPoints) },
  };
  const { groups } = await now().measure([pair]);
  expect(groups.all.median).toBeLessThan(1e-3);
  expect(groups.all.mean).toBeLessThan(1e-3);
  const metrical = await now({ metrical: true }).measure([pair]);
  expect(metrical.groups.all.mean).toBeGreaterThan(3);
});

test('NoW: the sphere around the face', () => {
  // Eyes 90 mm apart outside, 30 inside, 40 above the nose's foot: centre 12 mm above it, radius 1.4 (90 + 40) / 2 = 91 mm.
  const points = [-45, 40, 0, -15, 40, 0, 15, 40, 0, 45, 40, 0, 0, 0, 0, -25, -30, 0, 25, -30, 0].map(
    (mm) => mm / 1000,
  );
  const at = (x: number, y: number) => [x / 1000, (y + 12) / 1000, 0];
  const scan = [...at(90.9, 0), ...at(91.1, 0), ...at(0, 90.9), ...at(0, -91.1), ...at(0, 0)];
  expect(cropScan(scan, points)).toHaveLength(9);
  expect(() => cropScan([1, 1, 1], points)).toThrow('expected scan points around the key points, got none');
});

test('NoW: distances are pooled over the points of all scans', async () => {
  const normals = vertexNormals(head.template, head.faces);
  const dented = head.template.map((value, i) => value + normals[i] * 0.002 * Math.sin(i - (i % 3)));
  const keys = { points: keyPoints, mesh: keyPoints };
  const perfect = { points: head.template, mesh: { vertices: head.template, faces: head.faces }, keyPoints: keys };
  const wrong = { ...perfect, mesh: { vertices: dented, faces: head.faces } };
  const [alone, both] = [await now().measure([wrong]), await now().measure([perfect, wrong])];
  expect(both.groups.all.mean! / alone.groups.all.mean!).toBeCloseTo(0.5, 2);
});

test('CD-L1: points of a sphere of radius R around one of R - e', async () => {
  const { vertices: points } = createSphere({ radius: 0.104, rings: 15, sectors: 30 });
  const mesh = createSphere({ radius: 0.1, rings: 150, sectors: 300, closed: true });
  const { groups } = await cloudToMesh({ align: 'none' }).measure([{ points, mesh }]);
  expect(groups.all.mean! / 4).toBeCloseTo(1, 2);
  expect(groups.all.std).toBeLessThan(0.02);
  expect(cloudToMesh({ align: 'none' }).name).toBe('cdL1');
});

test('SHeaP: after rigid alignment with scale, from key points or from where they are', async () => {
  const near = {
    scale: 1.05,
    rotation: rotationFromAxisAngle([0.05, -0.08, 0.02]),
    translation: Float64Array.of(0.004, 0, 0),
  };
  const mesh = { vertices: applyAlignment(near, head.template), faces: head.faces };
  const solved = await cloudToMesh().measure([{ points: head.template, mesh }]);
  expect(solved.groups.all.mean).toBeLessThan(1e-2);
  const metrical = await cloudToMesh({ align: 'rigid' }).measure([{ points: head.template, mesh }]);
  expect(metrical.groups.all.mean).toBeGreaterThan(0.5);
  const broken = { points: [0, NaN, 0], mesh };
  await expect(cloudToMesh().measure([broken])).rejects.toThrow('expected a finite scan, got NaN at point 0');
});
