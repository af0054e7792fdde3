import * as tf from '@tensorflow/tfjs';
import { type ChainState, fusedJointChain } from '../../src/flame/joint-chain.js';
import { tensorJointChain } from '../../src/flame/joint-tensors.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { seeded } from '../fixtures/seeded.js';
import { startTestBackend } from '../fixtures/test-backend.js';

const parents = Int32Array.of(-1, 0, 1, 1, 2);
const [J, F] = [5, 3];
const names = ['joints', 'jointPose', 'headRotation', 'headTranslation'] as const;

/** Any matrices will do for the head's rotation: its gradient is that of nine free numbers. */
function createState(angle: number): ChainState<tf.Tensor> {
  const random = seeded(2);
  const uniform = (amplitude: number, ...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => amplitude * (2 * random() - 1)),
      shape,
    );
  const turns = [0, 1, 2].flatMap((f) => [...rotationFromAxisAngle([f, 0.5 - f, 0.3 * f])]);
  return {
    joints: uniform(0.1, J, 3),
    jointPose: uniform(angle, F, J, 3),
    headRotation: tf.tensor(turns, [F, 3, 3]),
    headTranslation: uniform(1, F, 3),
  };
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
}

beforeAll(startTestBackend);

describe.each([
  ['random angles', 0.6],
  ['large angles', 3],
  ['tiny angles', 1e-3],
  ['the zero pose', 0],
])('at %s', (_, angle) => {
  test('transforms, rotations and gradients are those of tfjs operations', () => {
    const state = createState(angle);
    const [fused, plain] = [fusedJointChain, tensorJointChain].map((chain) => {
      const pick = [tf.randomNormal([F, 12, J], 0, 1, 'float32', 3), tf.randomNormal([F, 9 * J], 0, 1, 'float32', 4)];
      const energy = (...inputs: tf.Tensor[]) => {
        const [joints, jointPose, headRotation, headTranslation] = inputs;
        const { transforms, local } = chain(parents, { joints, jointPose, headRotation, headTranslation });
        return tf.add(tf.sum(tf.mul(transforms, pick[0])), tf.sum(tf.mul(local, pick[1]))) as tf.Scalar;
      };
      return { ...chain(parents, state), gradients: tf.grads(energy)(names.map((name) => state[name])) };
    });
    expect(largestDifference(fused.transforms, plain.transforms)).toBeLessThan(2e-6);
    expect(largestDifference(fused.local, plain.local)).toBeLessThan(2e-6);
    fused.gradients.forEach((gradient, k) => {
      expect(largestDifference(gradient, plain.gradients[k])).toBeLessThan(5e-5);
    });
  });
});

test('leaves no tensor behind', () => {
  const state = createState(0.5);
  const before = tf.memory().numTensors;
  const gradients = tf.grads((...inputs: tf.Tensor[]) => {
    const [joints, jointPose, headRotation, headTranslation] = inputs;
    const { transforms } = fusedJointChain(parents, { joints, jointPose, headRotation, headTranslation });
    return tf.sum(tf.square(transforms)) as tf.Scalar;
  })(names.map((name) => state[name]));
  tf.dispose(gradients);
  expect(tf.memory().numTensors).toBe(before);
});
