import { dualMesh } from '../../src/geometry/dual-mesh.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { faceAreas, faceAreaVectors, uniqueEdges } from '../../src/geometry/mesh.js';

const all = (faces: Int32Array) => Int32Array.from({ length: faces.length / 3 }, (_, t) => t);

/** A closed octahedron, counter-clockwise from outside. */
const octahedron = {
  vertices: [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1],
  faces: Int32Array.of(0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5),
};

/** A flat square of n by n cells with a hole of one cell in the middle. */
function sheet(n: number) {
  const vertices = Array.from({ length: (n + 1) ** 2 }, (_, i) => [i % (n + 1), Math.floor(i / (n + 1)), 0]).flat();
  const faces: number[] = [];
  for (let cell = 0; cell < n * n; cell++) {
    if (cell === (n * n - 1) / 2) continue;
    const a = Math.floor(cell / n) * (n + 1) + (cell % n);
    faces.push(a, a + 1, a + n + 2, a, a + n + 2, a + n + 1);
  }
  return { vertices, faces: Int32Array.from(faces) };
}

test('the dual of an octahedron is a cube: 8 corners, 6 squares, outwards', () => {
  const { vertices, faces } = octahedron;
  const dual = dualMesh(faces, all(faces));
  const corners = interpolateSurface(vertices, 3, faces, dual.points);
  expect(dual.points.faces).toHaveLength(8);
  expect(dual.faces).toHaveLength(6 * 2 * 3);
  corners.forEach((value) => expect(Math.abs(value)).toBeCloseTo(1 / 3, 6));
  expect(faceAreas(corners, dual.faces).reduce((a, b) => a + b)).toBeCloseTo(6 * (2 / 3) ** 2, 6);
  const normals = faceAreaVectors(corners, dual.faces);
  for (let f = 0; f < dual.faces.length; f += 3) {
    const corner = dual.faces[f] * 3;
    expect([0, 1, 2].reduce((sum, a) => sum + normals[f + a] * corners[corner + a], 0)).toBeGreaterThan(0);
  }
});

test('borders and holes keep their line, and no old side is left inside', () => {
  const { vertices, faces } = sheet(5);
  const dual = dualMesh(faces, all(faces));
  const moved = interpolateSurface(vertices, 3, faces, dual.points);
  expect(faceAreas(moved, dual.faces).reduce((a, b) => a + b)).toBeCloseTo(24, 4);
  expect(faceAreaVectors(moved, dual.faces).filter((value, i) => i % 3 === 2 && value < 0)).toHaveLength(0);
  // Vertices minus edges plus triangles of a sheet with a hole.
  const edges = uniqueEdges(dual.faces).length / 2;
  expect(dual.points.faces.length - edges + dual.faces.length / 3).toBe(0);
  const whole = (v: number) => [0, 1].every((a) => Math.abs(moved[v * 3 + a] - Math.round(moved[v * 3 + a])) < 1e-6);
  const sides = uniqueEdges(dual.faces);
  for (let e = 0; e < sides.length; e += 2) expect(whole(sides[e]) && whole(sides[e + 1])).toBe(false);
});

test('a part of the triangles is a mesh of its own', () => {
  const { vertices, faces } = sheet(3);
  const part = Int32Array.of(0, 1);
  const dual = dualMesh(faces, part);
  const areas = faceAreas(interpolateSurface(vertices, 3, faces, dual.points), dual.faces);
  expect(areas.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
});
