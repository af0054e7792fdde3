import { faceNetworkFile } from '../../src/alignment/network-file.js';
import { createOnnxSession } from '../../src/alignment/onnx-session.js';

test('a network runs on the cpu and names its inputs and outputs', async () => {
  const session = await createOnnxSession(faceNetworkFile('iris.onnx'), { device: 'cpu' });
  expect(session).toMatchObject({ provider: 'cpu', refused: [], inputNames: ['input_1'] });
  const data = new Float32Array(2 * 3 * 64 * 64);
  const { output_iris: output } = await session.run({ input_1: { data, dims: [2, 3, 64, 64] } });
  expect(output.dims).toEqual([2, 15]);
  expect(output.data.subarray(0, 15)).toEqual(output.data.subarray(15));
  await session.release();
});

test('auto says why each provider before the one that runs was refused', async () => {
  const session = await createOnnxSession(faceNetworkFile('iris.onnx'));
  const order = ['cuda', 'webgpu', 'cpu'];
  expect(session.refused.map(({ provider }) => provider)).toEqual(order.slice(0, order.indexOf(session.provider)));
  for (const { reason } of session.refused) expect(reason).not.toBe('');
  await session.release();
});

test('bytes that are no network are refused', async () => {
  await expect(createOnnxSession(new Uint8Array(8), { device: 'cpu' })).rejects.toThrow(
    /^createOnnxSession: expected device 'cpu' to start, got cpu: .+\.$/,
  );
});

test('a network that is not in the package is named', () => {
  expect(() => faceNetworkFile('none.onnx')).toThrow(
    "faceNetworkFile: expected none.onnx in the package's assets, got none.",
  );
});
