import { elementTypes, graphBytes, modelBytes } from './onnx-graph.js';
import { bytes, message, text, varint } from './onnx-message.js';

/**
 * The bytes of an ONNX model that multiplies its input by a constant: `output [M, N] = input [M, K] x constant [K, N]`.
 */
export function productGraph(constant: Float32Array, K: number, N: number): Uint8Array {
  const tensor = message([
    varint(1, K), // dims
    varint(1, N),
    varint(2, elementTypes.float32), // data_type
    text(8, 'constant'), // name
    bytes(9, new Uint8Array(constant.buffer, constant.byteOffset, constant.byteLength)), // raw_data
  ]);
  const graph = graphBytes(
    [{ operator: 'MatMul', inputs: ['input', 'constant'], outputs: ['output'] }],
    [{ name: 'input', type: 'float32', sizes: ['M', K] }],
    [{ name: 'output', type: 'float32', sizes: ['M', N] }],
    [tensor],
  );
  return modelBytes(graph);
}
