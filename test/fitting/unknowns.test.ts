import { foldUnknowns, unknownBlocks } from '../../src/fitting/unknowns.js';
import { rotationDefect } from '../../src/geometry/rotation.js';
import { createTermParameters, createTermProblem } from '../fixtures/term-energy.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const problem = createTermProblem(head, []);
const parameters = createTermParameters(problem, 1);

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, digits = 10) {
  expect(got.length).toBe(expected.length);
  Array.from(expected).forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
}

test('blocks folded back are the parameters, cameras and focal lengths included', () => {
  const folded = foldUnknowns(problem, parameters, unknownBlocks(problem, parameters));
  for (const name of ['shape', 'expression', 'jointPose', 'headRotation', 'headTranslation', 'offsets'] as const) {
    expectClose(folded[name], parameters[name]);
  }
  folded.cameras.forEach((camera, c) => {
    expectClose(camera.K, parameters.cameras[c].K, 8);
    expectClose(camera.cameraFromWorld, parameters.cameras[c].cameraFromWorld);
  });
});

test('a turn moves the head on the rotation manifold and leaves the base as it was', () => {
  const blocks = unknownBlocks(problem, parameters);
  const before = parameters.headRotation.slice();
  blocks.find(({ name }) => name === 'headTurn')!.values.fill(0.3);
  const folded = foldUnknowns(problem, parameters, blocks);
  for (let f = 0; f < 4; f++) {
    expect(rotationDefect(folded.headRotation.subarray(f * 9, f * 9 + 9))).toBeLessThan(1e-12);
  }
  expect(folded.headRotation[1]).not.toBeCloseTo(before[1], 3);
  expect(parameters.headRotation).toEqual(before);
});

test('free entries and bounds are those of the problem', () => {
  const fixed = { ...problem, freeCameras: Uint8Array.of(0, 1), focalGroups: Int32Array.of(-1, 0) };
  fixed.freeJoints = Uint8Array.from(head.jointNames, (name) => (name === 'jaw' ? 1 : 0));
  const blocks = unknownBlocks(fixed, parameters);
  const block = (wanted: string) => blocks.find(({ name }) => name === wanted)!;
  expect(Array.from(block('jointPose').free.subarray(0, 15))).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(Array.from(block('cameraMotion').free)).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  expect(Array.from(block('logFocal').free)).toEqual([0, 1]);
  expect(block('expression').upper!.every((value) => value === 1)).toBe(true);
  expect(block('shape').lower!.every((value) => value === -Infinity)).toBe(true);
  expect(
    unknownBlocks({ ...fixed, offsetVertices: new Int32Array(0) }, parameters).map(({ name }) => name),
  ).not.toContain('offsets');
});
