import * as tf from '@tensorflow/tfjs';
import { cauchyLoss } from '../../src/energies/robust-loss.js';
import { checkGradient } from '../fixtures/check-gradient.js';
import { startTestBackend } from '../fixtures/test-backend.js';

const loss = cauchyLoss(3);

beforeAll(startTestBackend);

test('is zero at zero, quadratic near it and logarithmic far away', () => {
  expect(loss.value(0)).toBe(0);
  expect(loss.value(1e-4)).toBeCloseTo(1e-4, 8);
  expect(loss.value(9)).toBeCloseTo(9 * Math.log(2), 10);
  expect(loss.value(1e6)).toBeLessThan(9 * 12);
});

test('its weight is the derivative', () => {
  for (const squared of [0, 0.5, 9, 400]) {
    const step = 1e-5 * (1 + squared);
    const slope =
      (loss.value(squared + step) - loss.value(Math.max(0, squared - step))) / (squared > 0 ? 2 * step : step);
    expect(loss.weight(squared)).toBeCloseTo(slope, 4);
  }
});

test('tensors and numbers agree, gradients too', async () => {
  const squared = tf.tensor1d([0, 0.3, 4, 50]);
  const values = await loss.rho(squared).data();
  [0, 0.3, 4, 50].forEach((s, i) => expect(values[i]).toBeCloseTo(loss.value(s), 4));
  await checkGradient((x) => tf.sum(loss.rho(x)) as tf.Scalar, tf.tensor1d([0.1, 0.3, 4, 50]));
});
