import * as tf from '@tensorflow/tfjs';
import { assertFinite, assertLength, assertShape } from '../../src/tensor/shape.js';

describe('assertShape', () => {
  test('accepts numbers and letters that agree', () => {
    const points = tf.zeros([4, 7, 3]);
    expect(() => assertShape('project', points, ['F', 'V', 3])).not.toThrow();
    expect(() => assertShape('project', points, ['F', 'V', 3], { V: 7 })).not.toThrow();
    expect(() => assertShape('gram', tf.zeros([5, 5]), ['N', 'N'])).not.toThrow();
    points.dispose();
  });

  test('says where, expected and got', () => {
    expect(() => assertShape('project', tf.zeros([2, 4, 2]), ['F', 'V', 3])).toThrow(
      'project: expected shape [F, V, 3], got [2, 4, 2].',
    );
    expect(() => assertShape('project', tf.zeros([2, 3]), ['F', 'V', 3])).toThrow('got [2, 3].');
    expect(() => assertShape('gram', tf.zeros([5, 6]), ['N', 'N'])).toThrow('expected shape [N, N], got [5, 6].');
    expect(() => assertShape('project', tf.zeros([4, 7, 3]), ['F', 'V', 3], { V: 8 })).toThrow('got [4, 7, 3].');
  });
});

test('assertLength counts the numbers of a plain array', () => {
  expect(() => assertLength('K', new Float64Array(9), [3, 3])).not.toThrow();
  expect(() => assertLength('K', new Float64Array(8), [3, 3])).toThrow(
    'K: expected shape [3, 3] (9 numbers), got 8 numbers.',
  );
});

test('assertFinite names the first bad number', () => {
  expect(() => assertFinite('mu', [1, 2])).not.toThrow();
  expect(() => assertFinite('mu', [1, NaN, Infinity])).toThrow('mu: expected finite numbers, got NaN at index 1.');
});
