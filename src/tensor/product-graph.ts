/**
 * The bytes of an ONNX model that multiplies its input by a constant: `output [M, N] = input [M, K] x constant [K, N]`.
 *
 * Written by hand because the format is small: protocol buffers are tagged fields, either a varint (wire type 0) or a
 * length and bytes (wire type 2); the numbers below are the field numbers of onnx.proto.
 */
export function productGraph(constant: Float32Array, K: number, N: number): Uint8Array {
  const tensor = message([
    varint(1, K), // dims
    varint(1, N),
    varint(2, floatType), // data_type
    text(8, 'constant'), // name
    bytes(9, new Uint8Array(constant.buffer, constant.byteOffset, constant.byteLength)), // raw_data
  ]);
  const node = message([
    text(1, 'input'), // input
    text(1, 'constant'),
    text(2, 'output'), // output
    text(4, 'MatMul'), // op_type
  ]);
  const graph = message([
    bytes(1, node),
    text(2, 'product'), // name
    bytes(5, tensor), // initializer
    bytes(11, valueInfo('input', K)), // input
    bytes(12, valueInfo('output', N)), // output
  ]);
  const opset = message([text(1, ''), varint(2, 13)]);
  return message([
    varint(1, 8), // ir_version
    bytes(7, graph),
    bytes(8, opset),
  ]);
}

/** TensorProto.FLOAT. */
const floatType = 1;

/** A float tensor of any number of rows. */
function valueInfo(name: string, columns: number): Uint8Array {
  const rows = message([text(2, 'M')]); // dim_param
  const width = message([varint(1, columns)]); // dim_value
  const shape = message([bytes(1, rows), bytes(1, width)]);
  const tensorType = message([varint(1, floatType), bytes(2, shape)]);
  return message([text(1, name), bytes(2, message([bytes(1, tensorType)]))]);
}

type Part = Uint8Array[];

function varint(field: number, value: number): Part {
  return [encode(field * 8), encode(value)];
}

function bytes(field: number, content: Uint8Array): Part {
  return [encode(field * 8 + 2), encode(content.length), content];
}

function text(field: number, content: string): Part {
  return bytes(field, new TextEncoder().encode(content));
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function encode(value: number): Uint8Array {
  const encoded: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...encoded, rest]);
    encoded.push((rest % 128) + 128);
  }
}

function message(parts: Part[]): Uint8Array {
  const pieces = parts.flat();
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
