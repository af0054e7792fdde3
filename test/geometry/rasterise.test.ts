import { rasterise } from '../../src/geometry/rasterise.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { undistort } from '../../src/geometry/distortion.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createSphere } from '../fixtures/sphere.js';

test('depth of a sphere in closed form', () => {
  const { vertices, faces } = createSphere({ rings: 120, sectors: 240 });
  const camera = createTestCamera({ width: 320, height: 240, focal: 450 });
  const { depth, faceIndex } = rasterise(vertices, faces, camera);
  let [checked, outside, worst] = [0, 0, 0];
  for (let row = 0; row < 240; row++) {
    for (let column = 0; column < 320; column++) {
      const [x, y] = [(column + 0.5 - 160) / 450, (row + 0.5 - 120) / 450];
      const square = 1 + x * x + y * y;
      const discriminant = 1 - square * (1 - 0.1 ** 2);
      const pixel = row * 320 + column;
      if (discriminant < -5e-4 && faceIndex[pixel] !== -1) outside++;
      if (discriminant < 2e-3) continue;
      checked++;
      worst = Math.max(worst, Math.abs(depth[pixel] - (1 - Math.sqrt(discriminant)) / square));
    }
  }
  expect(checked).toBeGreaterThan(3000);
  expect(outside).toBe(0);
  expect(worst).toBeLessThan(3e-4);
});

test('barycentric coordinates are perspective-correct and lead back to the pixel, through the lens too', () => {
  const vertices = [-0.3, -0.2, 0.4, 0.35, -0.25, -0.5, 0.05, 0.3, 0];
  for (const distortion of [
    [0, 0, 0, 0, 0],
    [-1e-5, 0, 0, 0, 0],
  ]) {
    const camera = createTestCamera({ yaw: 0.3, distortion });
    const raster = rasterise(vertices, [0, 1, 2], camera, { cullBackFaces: false });
    const hit = raster.faceIndex.findIndex((face, pixel) => face === 0 && pixel % 640 > 300);
    const points = { faces: Int32Array.of(0), barycentric: raster.barycentric.slice(hit * 3, hit * 3 + 3) };
    const [x, y, z] = interpolateSurface(vertices, 3, [0, 1, 2], points);
    const m = camera.cameraFromWorld;
    const depth = m[8] * x + m[9] * y + m[10] * z + m[11];
    const u = camera.K[2] + (900 * (m[0] * x + m[1] * y + m[2] * z)) / depth;
    const expected = undistort(camera, [(hit % 640) + 0.5, Math.floor(hit / 640) + 0.5]);
    expect(Math.abs(u - expected[0])).toBeLessThan(0.01);
    expect(raster.depth[hit]).toBeCloseTo(depth, 5);
  }
});

test('back faces are culled unless asked for', () => {
  const { vertices, faces } = createSphere();
  const inside = createTestCamera({ distance: 0, width: 64, height: 48, focal: 60 });
  const seen = (raster: { faceIndex: Int32Array }) => raster.faceIndex.filter((face) => face >= 0).length;
  expect(seen(rasterise(vertices, faces, inside))).toBe(0);
  expect(seen(rasterise(vertices, faces, inside, { cullBackFaces: false }))).toBe(64 * 48);
});

test('a triangle through the near plane is clipped, not dropped or folded over', () => {
  // A floor 0.1 m below the camera, from far ahead to behind it: everything below the horizon.
  const floor = [-50, -0.1, -50, 50, -0.1, -50, 0, -0.1, 80];
  const camera = createTestCamera({ distance: 0, width: 64, height: 48, focal: 60 });
  const { faceIndex, depth } = rasterise(floor, [0, 1, 2], camera, { cullBackFaces: false });
  for (let row = 0; row < 48; row++) {
    const y = (row + 0.5 - 24) / 60;
    const pixel = row * 64 + 32;
    expect(faceIndex[pixel]).toBe(y > 0.1 / 50 ? 0 : -1);
    if (faceIndex[pixel] === 0) expect(depth[pixel] * y).toBeCloseTo(0.1, 4);
  }
});

test('points past the fold of a lens do not come back into the picture', () => {
  const { vertices, faces } = createSphere({ radius: 0.1, centre: [1.6, 0, 0] });
  const camera = createTestCamera({ focal: 300, distortion: [-0.3, 0, 0, 0, 0] });
  expect(rasterise(vertices, faces, camera).faceIndex.some((face) => face >= 0)).toBe(false);
});
