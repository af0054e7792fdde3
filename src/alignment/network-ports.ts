import { type OnnxPort } from './onnx-session.js';

/** An input or output as it is named in errors. */
function describe({ type, shape }: OnnxPort): string {
  return `${type} [${shape.join(', ')}]`;
}

/**
 * The sizes of an output, or an error that says what is missing or of another kind.
 *
 * @param ranks how many axes it may have.
 */
export function requirePort(
  ports: readonly OnnxPort[],
  name: string,
  ranks: number[],
  where: string,
): OnnxPort['shape'] {
  const port = ports.find((candidate) => candidate.name === name);
  if (!port) {
    const names = ports.map((candidate) => candidate.name).join(', ');
    throw new Error(`${where}: expected an output '${name}', got ${names}.`);
  }
  return checkPort(port, ranks, where);
}

function checkPort(port: OnnxPort, ranks: number[], where: string): OnnxPort['shape'] {
  if (!ranks.includes(port.shape.length) || !['float32', 'float16'].includes(port.type)) {
    const axes = ranks.join(' or ');
    throw new Error(
      `${where}: expected '${port.name}' of float32 or float16 with ${axes} axes, got ${describe(port)}.`,
    );
  }
  return port.shape;
}

/** The one input of a network that reads square pictures: `image` `[N, 3, S, S]`, S declared. */
export function pictureInput(
  inputs: readonly OnnxPort[],
  where: string,
): { side: number; /** Infinity where the size of a batch is free. */ largestBatch: number } {
  const names = inputs.map(({ name }) => name).join(', ');
  if (inputs.length !== 1) throw new Error(`${where}: expected one input, got ${names}.`);
  if (inputs[0].name !== 'image') throw new Error(`${where}: expected an input 'image', got ${names}.`);
  const [batch, channels, side, width] = checkPort(inputs[0], [4], where);
  if (channels !== 3 || typeof side !== 'number' || width !== side) {
    throw new Error(
      `${where}: expected 'image' of shape [N, 3, S, S] with S declared, got [${inputs[0].shape.join(', ')}].`,
    );
  }
  return { side, largestBatch: typeof batch === 'number' ? batch : Infinity };
}
