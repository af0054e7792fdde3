import { readOnnxMetadata } from './onnx-metadata.js';

/** What a network file says of itself and of the pictures it wants (`flowfit.*` in its metadata). */
export interface NetworkContract {
  /** Values of byte 0 and byte 255 before mean and deviation. */
  range: [number, number];
  /** `[3]` each. */
  mean: number[];
  std: number[];
  licence: string;
  /** A further entry, without the prefix `flowfit.`; refused where absent. */
  entry(name: string): string;
  /** The same for an entry that may be absent. */
  optionalEntry(name: string): string | undefined;
}

/**
 * Reads and checks the metadata of a network.
 *
 * @param network the bytes of an `.onnx` file.
 * @param contract the contract it has to follow, for example `uv-flow/1`.
 * @param where what to call the file in errors.
 */
export function readNetworkContract(network: Uint8Array, contract: string, where: string): NetworkContract {
  const metadata = readOnnxMetadata(network, where);
  const optionalEntry = (name: string): string | undefined => metadata[`flowfit.${name}`];
  const entry = (name: string) => {
    const value = optionalEntry(name);
    if (value === undefined) throw new Error(`${where}: expected the metadata flowfit.${name}, got none.`);
    return value;
  };
  if (entry('contract') !== contract) {
    throw new Error(`${where}: expected a network of the contract ${contract}, got '${entry('contract')}'.`);
  }
  const numbers = (name: string, lengths: number[]) => {
    const values = (entry(name).match(/-?\d+(\.\d+)?([eE][-+]?\d+)?/g) ?? []).map(Number);
    if (!lengths.includes(values.length)) {
      throw new Error(`${where}: expected ${lengths.join(' or ')} numbers in flowfit.${name}, got '${entry(name)}'.`);
    }
    return values;
  };
  const perChannel = (name: string) => {
    const values = numbers(name, [1, 3]);
    return values.length === 3 ? values : [values[0], values[0], values[0]];
  };
  const [low, high] = numbers('range', [2]);
  return {
    range: [low, high],
    mean: perChannel('mean'),
    std: perChannel('std'),
    licence: entry('licence'),
    entry,
    optionalEntry,
  };
}

/**
 * Subtracts the mean and divides by the deviation, in place.
 *
 * @param planes `[N, 3, side, side]` in the contract's range.
 */
export function normalisePlanes(planes: Float32Array, plane: number, { mean, std }: NetworkContract): void {
  for (let channel = 0; channel * plane < planes.length; channel++) {
    const [m, s] = [mean[channel % 3], std[channel % 3]];
    if (m === 0 && s === 1) continue;
    for (let i = channel * plane; i < (channel + 1) * plane; i++) planes[i] = (planes[i] - m) / s;
  }
}
