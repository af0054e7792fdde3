import { normalError } from '../../src/evaluation/normal-error.js';
import { createPlate, joinSurfaces, meshPair, movingSurface } from '../fixtures/mesh-pair.js';
import { createSphere } from '../fixtures/sphere.js';

test('a tilted plate: the angle itself', async () => {
  const plate = createPlate();
  const tilt = ([x, y, z]: number[]) => [x, y * Math.cos(0.2) - z * Math.sin(0.2), y * Math.sin(0.2)];
  const pair = meshPair(movingSurface(plate), movingSurface(plate, { move: tilt }));
  const { groups, perVertex } = await normalError({ align: 'none' }).measure(pair);
  expect(groups.all.normalError).toBeCloseTo(0.2, 4);
  expect(groups.all.median).toBeCloseTo(0.2, 4);
  expect(perVertex![0]).toBeCloseTo(0.2, 4);
});

test('spheres about one centre have the same normals; a turned-in one has no counterpart', async () => {
  const truth = movingSurface(createSphere({ rings: 60, sectors: 120, closed: true }), { frames: [0] });
  const larger = createSphere({ rings: 60, sectors: 120, radius: 0.11, closed: true });
  const { groups } = await normalError({ align: 'none' }).measure(
    meshPair(truth, movingSurface(larger, { frames: [0] })),
  );
  expect(groups.all.normalError).toBeLessThan(0.01);
  const inside = { ...larger, faces: larger.faces.slice().reverse() };
  const turned = await normalError({ align: 'none' }).measure(meshPair(truth, movingSurface(inside, { frames: [0] })));
  expect(turned.groups.all.normalError).toBeNull();
});

test('the back of a thin sheet is another surface, however near', async () => {
  const front = createPlate({ at: [-0.1, -0.1, 0] });
  const sheet = createPlate({ at: [-0.1, -0.1, 0.005] });
  const back = createPlate({ at: [-0.1, -0.1, 0.001] });
  const both = joinSurfaces(sheet, { ...back, faces: back.faces.slice().reverse() });
  const tilt = ([x, y, z]: number[]) => [x, y, z + (z > 0.003 ? 0.02 * (y + 0.1) : 0)];
  const { groups } = await normalError({ align: 'none' }).measure(
    meshPair(movingSurface(front), movingSurface(both, { move: tilt })),
  );
  expect(groups.all.normalError).toBeCloseTo(Math.atan(0.02), 3);
});
