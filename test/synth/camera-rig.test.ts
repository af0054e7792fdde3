import { projectPoints } from '../../src/geometry/project.js';
import { transformPoints } from '../../src/geometry/rigid-transform.js';
import { rotationDefect } from '../../src/geometry/rotation.js';
import { createArcRig, createMonocularRig } from '../../src/synth/camera-rig.js';
import { createRandom } from '../../src/synth/random.js';

const focus = [0.01, -0.03, -0.05];

test('every camera of an arc looks at the focus from its distance, upright', () => {
  const { cameras, worldFromHead } = createArcRig(5, { width: 640, height: 480, focus, random: createRandom(2) });
  const [centre, above] = [focus, [focus[0], focus[1] + 0.05, focus[2]]].map((p) => transformPoints(worldFromHead, p));
  for (const camera of cameras) {
    const m = camera.cameraFromWorld;
    expect(rotationDefect([m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]])).toBeLessThan(1e-12);
    const { pixels, depths } = projectPoints(centre, camera);
    expect(pixels[0]).toBeCloseTo(320, 3);
    expect(pixels[1]).toBeCloseTo(240, 3);
    expect(Math.abs(depths[0] - 1)).toBeLessThan(0.15);
    expect(projectPoints(above, camera).pixels[1]).toBeLessThan(220);
  }
  expect(new Set(cameras.map(({ id }) => id)).size).toBe(5);
});

test('the arc spans its angle from the right of the subject to the left', () => {
  const { cameras } = createArcRig(3, { width: 640, height: 480, arc: 1.2 });
  // The camera's axis is the third row of its rotation; cam0 stands at the subject's right, so it looks towards +x.
  const axes = cameras.map(({ cameraFromWorld: m }) => Math.atan2(m[8], -m[10]));
  expect(axes[0]).toBeCloseTo(0.6, 2);
  expect(axes[2]).toBeCloseTo(-0.6, 2);
});

test('a single camera is the world, and the face looks into it', () => {
  const { cameras, worldFromHead } = createMonocularRig({ width: 480, height: 640, focus });
  expect(Array.from(cameras[0].cameraFromWorld.subarray(0, 4))).toEqual([1, 0, 0, 0]);
  const nose = [focus[0], focus[1], focus[2] + 0.1];
  const { pixels, depths } = projectPoints(transformPoints(worldFromHead, [...focus, ...nose]), cameras[0]);
  expect(pixels[0]).toBeCloseTo(240, 3);
  expect(pixels[1]).toBeCloseTo(320, 3);
  expect(depths[0] - depths[1]).toBeCloseTo(0.1, 6);
});
