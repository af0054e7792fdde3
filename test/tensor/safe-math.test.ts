import * as tf from '@tensorflow/tfjs';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { plainMatMul, rotationMatrices, safeSqrt } from '../../src/tensor/safe-math.js';
import { checkGradient } from '../fixtures/check-gradient.js';
import { startTestBackend } from '../fixtures/test-backend.js';

beforeAll(startTestBackend);

test('safeSqrt has a finite gradient at zero', async () => {
  const gradient = tf.grad((x) => tf.sum(safeSqrt(x)))(tf.tensor1d([0, 4]));
  const [atZero, atFour] = await gradient.data();
  expect(Number.isFinite(atZero)).toBe(true);
  expect(atFour).toBeCloseTo(0.25, 5);
});

describe('plainMatMul', () => {
  const left = () => tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const right = () => tf.tensor2d([1, 0, 2, -1, 0.5, 3], [3, 2]);

  test('is the matrix product', async () => {
    expect(Array.from(await plainMatMul(left(), right()).data())).toEqual([6.5, 7, 17, 13]);
  });

  test('has the gradients of the matrix product', async () => {
    const loss = (product: tf.Tensor) => tf.sum(tf.square(product)) as tf.Scalar;
    await checkGradient((x) => loss(plainMatMul(x as tf.Tensor2D, right())), left());
    await checkGradient((x) => loss(plainMatMul(left(), x as tf.Tensor2D)), right());
    const constant = right();
    const transposed = tf.transpose(constant) as tf.Tensor2D;
    await checkGradient((x) => loss(plainMatMul(x as tf.Tensor2D, constant, transposed)), left());
  });
});

describe('rotationMatrices', () => {
  const vectors = [
    [0, 0, 0],
    [1e-5, 0, 0],
    [1e-3, -2e-3, 1e-3],
    [0.3, -0.5, 0.2],
    [-2, 1, 1.5],
    [0, Math.PI, 0],
  ];

  test('agree with the plain Rodrigues formula', async () => {
    const matrices = await rotationMatrices(tf.tensor2d(vectors)).data();
    const expected = vectors.flatMap((vector) => Array.from(rotationFromAxisAngle(vector)));
    expected.forEach((value, i) => expect(matrices[i]).toBeCloseTo(value, 5));
  });

  test('are orthonormal', async () => {
    const matrices = rotationMatrices(tf.tensor2d(vectors));
    const gram = await tf.matMul(matrices, matrices, false, true).data();
    gram.forEach((value, i) => expect(value).toBeCloseTo([1, 0, 0, 0, 1, 0, 0, 0, 1][i % 9], 5));
  });

  test('have gradients that agree with central differences, at zero too', async () => {
    const pick = tf.randomNormal([vectors.length, 3, 3], 0, 1, 'float32', 5);
    const energy = (x: tf.Tensor) => tf.sum(tf.mul(rotationMatrices(x as tf.Tensor2D), pick)) as tf.Scalar;
    await checkGradient(energy, tf.tensor2d(vectors));
    await checkGradient(energy, tf.zeros([vectors.length, 3]));
  });
});
