import * as tf from '@tensorflow/tfjs';
import { type BackendStarter, startBackend } from '../../src/tensor/backend.js';

const refuse =
  (reason: string): BackendStarter =>
  async () => {
    throw new Error(`${reason}\nand a second line that nobody needs`);
  };
const cpu: BackendStarter = async () => 'cpu';

test('the first backend that starts is taken, and each one before it gives its reason', async () => {
  const tried: string[] = [];
  const trying =
    (name: string, starter: BackendStarter): BackendStarter =>
    () => {
      tried.push(name);
      return starter();
    };
  const report = await startBackend({
    cpu: trying('cpu', cpu),
    wasm: trying('wasm', refuse('no wasm today.')),
    webgpu: trying('webgpu', refuse('no adapter.')),
    'tfjs-node': trying('tfjs-node', refuse('not installed.')),
    'tfjs-node-gpu': trying('tfjs-node-gpu', refuse('no CUDA.')),
  });
  expect(tried).toEqual(['tfjs-node-gpu', 'tfjs-node', 'webgpu', 'wasm', 'cpu']);
  expect(report).toEqual({
    name: 'cpu',
    refused: [
      { name: 'tfjs-node-gpu', reason: 'no CUDA.' },
      { name: 'tfjs-node', reason: 'not installed.' },
      { name: 'webgpu', reason: 'no adapter.' },
      { name: 'wasm', reason: 'no wasm today.' },
    ],
  });
});

test('a forced backend is the only one tried, and its reason is the error', async () => {
  await expect(startBackend({ webgpu: refuse('no adapter.'), cpu }, 'webgpu')).rejects.toThrow(
    'backend webgpu: no adapter.',
  );
  await expect(startBackend({ cpu }, 'tfjs-node')).rejects.toThrow('backend tfjs-node: there is no such backend here.');
});

test('a backend that computes the wrong answer is refused', async () => {
  tf.copyRegisteredKernels('cpu', 'liar');
  tf.unregisterKernel('BatchMatMul', 'liar');
  const matMul = tf.getKernel('BatchMatMul', 'cpu');
  tf.registerKernel({
    ...matMul,
    backendName: 'liar',
    kernelFunc: ({ inputs, ...call }) => matMul.kernelFunc({ ...call, inputs: { a: inputs.b, b: inputs.a } }),
  });
  tf.registerBackend('liar', () => tf.findBackendFactory('cpu')() as never);
  const { name, refused } = await startBackend({ wasm: async () => 'liar', cpu });
  expect(name).toBe('cpu');
  expect(refused[3].reason).toMatch(/^its tiny job came out wrong: expected \[6, 10, 14, 22\], got \[/);
});

test('a name that tfjs does not know is refused', async () => {
  const { refused } = await startBackend({ wasm: async () => 'nonesuch', cpu });
  expect(refused[3]).toMatchObject({ name: 'wasm' });
});

test('where nothing starts, every reason is told', async () => {
  await expect(startBackend({ wasm: refuse('no wasm today.') })).rejects.toThrow(
    /^no tfjs backend starts here\. .*wasm: no wasm today\. cpu: there is no such backend here\.$/,
  );
});
