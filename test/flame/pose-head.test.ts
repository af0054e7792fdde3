import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HeadModel } from '../../src/flame/head-model.js';
import { poseHead, regressJoints, shapeHead } from '../../src/flame/pose-head.js';
import { transformPoints } from '../../src/geometry/rigid-transform.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);

function worstDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}

test('zero parameters give the template', () => {
  expect(worstDistance(poseHead(head, {}), head.template)).toBeLessThan(1e-7);
});

test('identity pose moves nothing, whatever the shape', () => {
  const state = { shape: [1, -2, 0.5, 0, 1, 1], expression: [0.2, 0, 1, 0, 0.5, 0, 0, 1] };
  const still = poseHead(head, state);
  expect(worstDistance(poseHead(head, { ...state, jointPose: new Float64Array(15) }), still)).toBe(0);
});

test('a rigid motion of the root commutes with skinning', () => {
  const state = { shape: [1, -1, 0, 0, 0.5, 0], expression: [0.5, 0, 0, 1, 0, 0, 0, 0] };
  const jointPose = [0, 0, 0, 0.1, 0.2, 0, 0.3, 0, 0, 0, 0.2, 0, 0.1, -0.2, 0];
  const turn = [0.3, -0.8, 0.2];
  const rotation = rotationFromAxisAngle(turn);
  const root = regressJoints(head, shapeHead(head, state)).subarray(0, 3);
  const turned = transformPoints({ rotation, translation: new Float64Array(3) }, root);
  const translation = Float64Array.from(root, (x, axis) => x - turned[axis]);
  const expected = transformPoints({ rotation, translation }, poseHead(head, { ...state, jointPose }));
  const posed = poseHead(head, { ...state, jointPose: [...turn, ...jointPose.slice(3)] });
  expect(worstDistance(posed, expected)).toBeLessThan(1e-6);
});

test('offsets move their vertices and nothing else', () => {
  const offsets = new Float32Array(head.vertexCount * 3);
  const vertex = head.regions.nose.indexOf(1);
  offsets.set([0.001, 0.002, -0.003], vertex * 3);
  const moved = poseHead(head, { offsets });
  moved.forEach((value, i) => expect(value - head.template[i]).toBeCloseTo(offsets[i], 6));
});

test('one vertex by hand: two bones, each turned a quarter about z', () => {
  const chain: HeadModel = {
    ...head,
    vertexCount: 3,
    template: Float32Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0),
    shape: { ...head.shape, count: 0, basis: new Float32Array(0) },
    expression: { ...head.expression, count: 0, basis: new Float32Array(0) },
    poseBasis: undefined,
    jointRegressor: Float32Array.of(1, 0, 0, 0, 1, 0),
    skinningWeights: Float32Array.of(1, 0, 0.5, 0.5, 0, 1),
    parents: Int32Array.of(-1, 0),
  };
  const quarter = Math.PI / 2;
  const posed = poseHead(chain, { jointPose: [0, 0, quarter, 0, 0, quarter] });
  [0, 0, 0, 0, 1, 0, -1, 1, 0].forEach((value, i) => expect(posed[i]).toBeCloseTo(value, 6));
});

test('agrees with an independent NumPy evaluation', () => {
  const { random } = JSON.parse(readFileSync(join(__dirname, '../fixtures/golden-heads.json'), 'utf8'));
  const flat = (values: number[] | number[][]) => Float32Array.from((values as number[][]).flat(2) as number[]);
  const golden = random.head;
  const small: HeadModel = {
    ...head,
    vertexCount: 12,
    template: flat(golden.template),
    shape: { ...head.shape, count: 3, basis: flat(golden.shape_basis) },
    expression: { ...head.expression, count: 4, basis: flat(golden.expression_basis) },
    poseBasis: flat(golden.pose_basis),
    jointRegressor: flat(golden.joint_regressor),
    skinningWeights: flat(golden.skinning_weights),
    parents: Int32Array.from(golden.parents),
  };
  for (const { shape, expression, joint_pose, offsets, vertices } of random.cases) {
    const posed = poseHead(small, { shape, expression, jointPose: flat(joint_pose), offsets: flat(offsets) });
    expect(worstDistance(posed, flat(vertices))).toBeLessThan(2e-7);
  }
});
