import { composite, plainImage, shrinkLayer } from '../../src/render/layer.js';
import { shadeMesh } from '../../src/render/shade-mesh.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createSphere } from '../fixtures/sphere.js';

const { vertices, faces } = createSphere({ rings: 40, sectors: 80 });
const camera = createTestCamera({ width: 80, height: 60, focal: 200 });

test('a sphere is a lit disc with soft sides', () => {
  const layer = shadeMesh(vertices, faces, camera);
  const at = (row: number, column: number) => row * 80 + column;
  expect(layer.alpha[at(30, 40)]).toBe(1);
  expect(layer.alpha[at(30, 70)]).toBe(0);
  expect(layer.alpha.some((alpha) => alpha > 0 && alpha < 1)).toBe(true);
  const area = layer.alpha.reduce((sum, alpha) => sum + alpha, 0);
  // The silhouette of a sphere of 0.1 m seen from 1 m has the tangent 0.1 / sqrt(1 - 0.01).
  const disc = (Math.PI * (200 * 0.1) ** 2) / 0.99;
  expect(Math.abs(area / disc - 1)).toBeLessThan(0.01);
  const brightness = (row: number, column: number) => layer.colour[at(row, column) * 3];
  expect(brightness(20, 32)).toBeGreaterThan(brightness(40, 48) + 20);
});

test('wires cover the sides of triangles only', () => {
  const share = (wire: number) => shadeMesh(vertices, faces, camera, { wire }).alpha.reduce((a, b) => a + b, 0);
  expect(share(0.2)).toBeGreaterThan(50);
  expect(share(0.2)).toBeLessThan(share(0.6));
  expect(share(0.6)).toBeLessThan(share(0));
});

test('a layer mixes by its opacity', () => {
  const layer = { width: 2, height: 1, colour: Float32Array.of(200, 100, 0, 9, 9, 9), alpha: Float32Array.of(1, 0) };
  expect(Array.from(composite(plainImage(2, 1, [100, 100, 100]), layer, 0.5).data)).toEqual([
    150, 100, 50, 100, 100, 100,
  ]);
  expect(() => composite(plainImage(3, 1, [0, 0, 0]), layer)).toThrow('3x1, got 2x1');
  const small = shrinkLayer(
    { ...layer, height: 2, colour: new Float32Array(12).fill(80), alpha: Float32Array.of(1, 0, 0, 0) },
    2,
  );
  expect([small.alpha[0], small.colour[0]]).toEqual([0.25, 80]);
});
