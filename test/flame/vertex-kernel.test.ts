import * as tf from '@tensorflow/tfjs';
import { type HeadModel } from '../../src/flame/head-model.js';
import { VertexKernel } from '../../src/flame/vertex-kernel.js';
import { VertexTensors } from '../../src/flame/vertex-tensors.js';
import { seeded } from '../fixtures/seeded.js';
import { startTestBackend } from '../fixtures/test-backend.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const tinyHead = createTinyHead(1);
const { regions, vertexCount } = tinyHead;
const offsetVertices = Int32Array.from(regions.nose.keys()).filter((v) => regions.nose[v] === 1);
const everyVertex = Int32Array.from({ length: vertexCount }, (_, v) => v);

interface Setting {
  head: HeadModel;
  vertexIds: Int32Array;
  frameCount: number;
  offsets: boolean;
  /** 0: the zero pose of the mean head. */
  strength: number;
}

const settings: [string, Setting][] = [
  ['every vertex', { head: tinyHead, vertexIds: everyVertex, frameCount: 4, offsets: true, strength: 1 }],
  ['an odd number of frames', { head: tinyHead, vertexIds: everyVertex, frameCount: 3, offsets: true, strength: 1 }],
  ['one frame', { head: tinyHead, vertexIds: everyVertex, frameCount: 1, offsets: true, strength: 1 }],
  ['the zero pose', { head: tinyHead, vertexIds: everyVertex, frameCount: 2, offsets: true, strength: 0 }],
  ['no offsets', { head: tinyHead, vertexIds: everyVertex, frameCount: 2, offsets: false, strength: 1 }],
  [
    'repeated vertices, not a multiple of eight',
    {
      head: tinyHead,
      vertexIds: Int32Array.of(...offsetVertices, ...offsetVertices, 5, 5, 0),
      frameCount: 2,
      offsets: true,
      strength: 1,
    },
  ],
  [
    'a head without pose correctives',
    {
      head: { ...tinyHead, poseBasis: undefined },
      vertexIds: everyVertex,
      frameCount: 2,
      offsets: true,
      strength: 1,
    },
  ],
];

function createInputs({ head, frameCount: F, offsets, strength }: Setting): tf.Tensor[] {
  const random = seeded(3);
  const uniform = (shape: number[], amplitude: number) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => strength * amplitude * (2 * random() - 1)),
      shape,
    );
  const J = head.parents.length;
  const K = head.expression.count + (head.poseBasis ? 9 * (J - 1) : 0);
  const identity = tf.tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [1, 12, 1]);
  const inputs = [
    uniform([1, head.shape.count], 2),
    uniform([F, K], 1),
    tf.add(identity, uniform([F, 12, J], 0.3)) as tf.Tensor,
  ];
  return offsets ? [...inputs, uniform([3, offsetVertices.length], 0.01)] : inputs;
}

function pose(engine: VertexKernel | VertexTensors, [shape, coefficients, transforms, offsets]: tf.Tensor[]) {
  return engine.pose(shape, offsets, coefficients, transforms);
}

/** Greatest difference over the greatest value. */
function relativeDifference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const [left, right] = [Float32Array.from(a.dataSync()), Float32Array.from(b.dataSync())];
  const scale = right.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 1e-9);
  return left.reduce((worst, value, i) => Math.max(worst, Math.abs(value - right[i])), 0) / scale;
}

beforeAll(startTestBackend);

describe.each(settings)('%s', (_, setting) => {
  test('positions and gradients are those of tfjs operations', () => {
    const { head, vertexIds, frameCount, offsets } = setting;
    const free = offsets ? offsetVertices : new Int32Array(0);
    const inputs = createInputs(setting);
    const pick = tf.randomNormal([3, frameCount, vertexIds.length], 0, 1, 'float32', 5);
    const [kernel, tensors] = [VertexKernel, VertexTensors].map((Engine) => {
      const engine = new Engine(head, vertexIds, free);
      const energy = (...given: tf.Tensor[]) => tf.sum(tf.mul(pose(engine, given), pick)) as tf.Scalar;
      return { posed: pose(engine, inputs), gradients: tf.grads(energy)(inputs) };
    });
    expect(relativeDifference(kernel.posed, tensors.posed)).toBeLessThan(1e-6);
    tensors.gradients.forEach((gradient, k) => {
      expect(relativeDifference(kernel.gradients[k], gradient)).toBeLessThan(1e-5);
    });
  });

  test('so are the neutral head and its gradients', () => {
    const { head, vertexIds, offsets } = setting;
    const [shape, , , moved] = createInputs(setting);
    const inputs = offsets ? [shape, moved] : [shape];
    const pick = tf.randomNormal([3, 1, vertexIds.length], 0, 1, 'float32', 6);
    const [kernel, tensors] = [VertexKernel, VertexTensors].map((Engine) => {
      const engine = new Engine(head, vertexIds, offsets ? offsetVertices : new Int32Array(0));
      const energy = (...given: tf.Tensor[]) => tf.sum(tf.mul(engine.neutral(given[0], given[1]), pick)) as tf.Scalar;
      return { neutral: engine.neutral(shape, offsets ? moved : undefined), gradients: tf.grads(energy)(inputs) };
    });
    expect(relativeDifference(kernel.neutral, tensors.neutral)).toBeLessThan(1e-6);
    tensors.gradients.forEach((gradient, k) => {
      expect(relativeDifference(kernel.gradients[k], gradient)).toBeLessThan(1e-5);
    });
  });
});

test('a gradient that is asked for after another forward pass is still its own', () => {
  const [first, second] = [settings[0][1], settings[1][1]];
  const engine = new VertexKernel(tinyHead, everyVertex, offsetVertices);
  const inputs = createInputs(first);
  const others = createInputs(second);
  const energy = (given: tf.Tensor[]) => tf.sum(tf.square(pose(engine, given))) as tf.Scalar;
  const expected = tf.grads((...given: tf.Tensor[]) => energy(given))(inputs);
  const disturbed = tf.grads((...given: tf.Tensor[]) => {
    const value = energy(given);
    energy(others);
    return value;
  })(inputs);
  expected.forEach((gradient, k) => expect([...disturbed[k].dataSync()]).toEqual([...gradient.dataSync()]));
});

test('an empty list of vertices is an empty mesh', () => {
  const inputs = createInputs(settings[0][1]);
  const posed = pose(new VertexKernel(tinyHead, new Int32Array(0), offsetVertices), inputs);
  expect(posed.shape).toEqual([3, 4, 0]);
});

test('leaves no tensor behind', () => {
  const inputs = createInputs(settings[0][1]);
  const before = tf.memory().numTensors;
  const engine = new VertexKernel(tinyHead, everyVertex, offsetVertices);
  const gradients = tf.grads((...given: tf.Tensor[]) => tf.sum(tf.square(pose(engine, given))) as tf.Scalar)(inputs);
  tf.dispose(gradients);
  engine.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
