import { bytes, type Field, float, message, text, varint } from './onnx-message.js';

/** Element types of TensorProto. */
export const elementTypes = { float32: 1, float64: 11 } as const;
export type ElementType = keyof typeof elementTypes;

/** A named tensor of a graph; a size is a number, or a name where it may vary. */
export interface GraphValue {
  name: string;
  type: ElementType;
  sizes: (number | string)[];
}

/** A node attribute: an integer, a float or a graph. */
export type Attribute = { integer: number } | { float: number } | { graph: Uint8Array };

/** One operation. */
export interface GraphNode {
  operator: string;
  inputs: string[];
  outputs: string[];
  attributes?: Record<string, Attribute>;
}

/** A graph as the bytes of a GraphProto; initializers as bytes of TensorProtos. */
export function graphBytes(
  nodes: GraphNode[],
  inputs: GraphValue[],
  outputs: GraphValue[],
  initializers: Uint8Array[] = [],
): Uint8Array {
  return message([
    ...nodes.map((node) => bytes(1, nodeBytes(node))),
    text(2, 'graph'), // name
    ...initializers.map((tensor) => bytes(5, tensor)), // initializer
    ...inputs.map((value) => bytes(11, valueInfo(value))), // input
    ...outputs.map((value) => bytes(12, valueInfo(value))), // output
  ]);
}

/** A model of one graph, operator set 13. */
export function modelBytes(graph: Uint8Array): Uint8Array {
  const opset = message([text(1, ''), varint(2, 13)]);
  return message([
    varint(1, 8), // ir_version
    bytes(7, graph),
    bytes(8, opset),
  ]);
}

function nodeBytes({ operator, inputs, outputs, attributes = {} }: GraphNode): Uint8Array {
  return message([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator), // op_type
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attributeBytes(name, value))),
  ]);
}

function attributeBytes(name: string, value: Attribute): Uint8Array {
  const [content, type]: [Field, number] =
    'integer' in value
      ? [varint(3, value.integer), 2]
      : 'float' in value
        ? [float(2, value.float), 1]
        : [bytes(6, value.graph), 5];
  return message([text(1, name), content, varint(20, type)]);
}

function valueInfo({ name, type, sizes }: GraphValue): Uint8Array {
  const dimensions = sizes.map((size) => message([typeof size === 'number' ? varint(1, size) : text(2, size)]));
  const shape = message(dimensions.map((dimension) => bytes(1, dimension)));
  const tensorType = message([varint(1, elementTypes[type]), bytes(2, shape)]);
  return message([text(1, name), bytes(2, message([bytes(1, tensorType)]))]);
}
