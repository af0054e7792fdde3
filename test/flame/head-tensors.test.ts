import * as tf from '@tensorflow/tfjs';
import { HeadTensors, type HeadTensorState } from '../../src/flame/head-tensors.js';
import { poseHead, shapeHead } from '../../src/flame/pose-head.js';
import { transformPoints } from '../../src/geometry/rigid-transform.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { checkGradient } from '../fixtures/check-gradient.js';
import { seeded } from '../fixtures/seeded.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead(1);
const jointCount = head.parents.length;
const frameCount = 3;
const vertexIds = Int32Array.from([...Array.from({ length: head.vertexCount }, (_, v) => v), 5, 5, 0]);
const offsetVertices = Int32Array.from(head.regions.nose.keys()).filter((v) => head.regions.nose[v] === 1);
const [S, E, M] = [head.shape.count, head.expression.count, offsetVertices.length];

/** Plain values of every block; `strength` 0 is the zero pose of the mean head. */
function createValues(strength: number) {
  const random = seeded(4);
  const uniform = (length: number, amplitude: number) =>
    Float32Array.from({ length }, () => strength * amplitude * (2 * random() - 1));
  const turns = Array.from({ length: frameCount }, () => uniform(3, 1));
  return {
    shape: uniform(S, 2),
    expression: uniform(frameCount * E, 1),
    jointPose: uniform(frameCount * jointCount * 3, 0.4),
    rotations: turns.map(rotationFromAxisAngle),
    headTranslation: uniform(frameCount * 3, 0.3),
    offsets: uniform(3 * M, 0.01),
  };
}

function createState({
  shape,
  expression,
  jointPose,
  rotations,
  headTranslation,
  offsets,
}: ReturnType<typeof createValues>) {
  const headRotation = Float32Array.from(rotations.flatMap((rotation) => [...rotation]));
  return {
    shape: tf.tensor2d(shape, [1, S]),
    expression: tf.tensor2d(expression, [frameCount, E]),
    jointPose: tf.tensor3d(jointPose, [frameCount, jointCount, 3]),
    headRotation: tf.tensor3d(headRotation, [frameCount, 3, 3]),
    headTranslation: tf.tensor2d(headTranslation, [frameCount, 3]),
    offsets: tf.tensor2d(offsets, [3, M]),
  };
}

function plainOffsets(planes: Float32Array): Float32Array {
  const offsets = new Float32Array(head.vertexCount * 3);
  offsetVertices.forEach((v, m) => [0, 1, 2].forEach((axis) => (offsets[v * 3 + axis] = planes[axis * M + m])));
  return offsets;
}

beforeAll(startTestBackend);

test('agrees with the plain forward pass', async () => {
  const values = createValues(1);
  const tensors = new HeadTensors(head, vertexIds, offsetVertices);
  const world = await tensors.pose(createState(values)).data();
  let worst = 0;
  for (let f = 0; f < frameCount; f++) {
    const posed = poseHead(head, {
      shape: values.shape,
      expression: values.expression.subarray(f * E, (f + 1) * E),
      jointPose: values.jointPose.subarray(f * jointCount * 3, (f + 1) * jointCount * 3),
      offsets: plainOffsets(values.offsets),
    });
    const rigid = {
      rotation: values.rotations[f],
      translation: Float64Array.from(values.headTranslation.subarray(f * 3, f * 3 + 3)),
    };
    const expected = transformPoints(rigid, posed);
    vertexIds.forEach((v, i) => {
      for (let axis = 0; axis < 3; axis++) {
        const got = world[(axis * frameCount + f) * vertexIds.length + i];
        worst = Math.max(worst, Math.abs(got - expected[v * 3 + axis]));
      }
    });
  }
  expect(worst).toBeLessThan(1e-6);
});

test('the neutral head has neither expression nor pose', async () => {
  const values = createValues(1);
  const neutral = await new HeadTensors(head, vertexIds, offsetVertices).neutral(createState(values)).data();
  const expected = shapeHead(head, { shape: values.shape, offsets: plainOffsets(values.offsets) });
  vertexIds.forEach((v, i) => {
    for (let axis = 0; axis < 3; axis++)
      expect(neutral[axis * vertexIds.length + i]).toBeCloseTo(expected[v * 3 + axis], 6);
  });
});

test('leaves no tensor behind', () => {
  const before = tf.memory().numTensors;
  const tensors = new HeadTensors(head, vertexIds, offsetVertices);
  const state = createState(createValues(1));
  tf.dispose([tensors.pose(state), tensors.neutral(state), ...Object.values(state)]);
  tensors.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe.each([
  ['random parameters', 1],
  ['the zero pose', 0],
])('gradients at %s agree with central differences', (_, strength) => {
  const blocks = ['shape', 'expression', 'jointPose', 'headRotation', 'headTranslation', 'offsets'] as const;
  test.each(blocks)('%s', async (block) => {
    const tensors = new HeadTensors(head, vertexIds, offsetVertices);
    const state = createState(createValues(strength));
    const pick = tf.randomNormal([3, frameCount, vertexIds.length], 0, 1, 'float32', 9);
    // Coefficients move vertices by millimetres and linearly: a long step keeps above single precision.
    const step = block === 'shape' || block === 'expression' ? 0.5 : 5e-3;
    const energy = (x: tf.Tensor) => {
      const world = tensors.pose({ ...state, [block]: x } as HeadTensorState);
      return tf.sum(tf.mul(world, pick)) as tf.Scalar;
    };
    await checkGradient(energy, state[block], { step });
  });
});
