import { faceAreas, uniqueEdges, vertexNormals } from '../../src/geometry/mesh.js';
import { createSphere } from '../fixtures/sphere.js';

const { vertices, faces } = createSphere({ radius: 0.1 });

test('normals of a sphere point away from its centre', () => {
  const normals = vertexNormals(vertices, faces);
  for (let v = 48; v < vertices.length / 3 - 48; v++) {
    const along = [0, 1, 2].reduce((sum, a) => sum + (normals[v * 3 + a] * vertices[v * 3 + a]) / 0.1, 0);
    expect(along).toBeGreaterThan(0.998);
  }
});

test('a vertex without triangles has no normal', () => {
  expect(Array.from(vertexNormals([0, 0, 0, 1, 0, 0, 0, 1, 0, 9, 9, 9], [0, 1, 2]).slice(9))).toEqual([0, 0, 0]);
});

test('areas add up to the sphere', () => {
  const total = faceAreas(vertices, faces).reduce((sum, area) => sum + area, 0);
  expect(total).toBeLessThan(4 * Math.PI * 0.01);
  expect(total).toBeGreaterThan(0.985 * 4 * Math.PI * 0.01);
});

test('each edge of two triangles once', () => {
  expect(Array.from(uniqueEdges([0, 1, 2, 2, 1, 3]))).toEqual([0, 1, 0, 2, 1, 2, 1, 3, 2, 3]);
});
