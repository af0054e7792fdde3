import { type CanonicalMap, type CanonicalSpace } from '../canonical/canonical-map.js';
import { type FaceCrop, imageFromCrop, sampleCrop } from './face-crop.js';
import { type ImagePyramid } from './image-pyramid.js';
import { type NetworkContract, normalisePlanes, readNetworkContract } from './network-contract.js';
import { pictureInput, requirePort } from './network-ports.js';
import {
  createOnnxSession,
  type OnnxPort,
  type OnnxSession,
  type OnnxSessionOptions,
  type OnnxTensor,
} from './onnx-session.js';

/** What a network of the contract `canonical-map/1` says of itself. */
export interface CanonicalContract extends NetworkContract {
  space: CanonicalSpace;
  /** What the network's coordinates are multiplied by; 1 in the unit cube. */
  scale: number;
  /** Side of the crop over the side of the square around the face; absent: the network reads whole pictures. */
  cropScale?: number;
  /** Least `confidence` of the foreground. */
  leastConfidence: number;
}

export interface CanonicalNetwork {
  session: OnnxSession;
  contract: CanonicalContract;
  /** One map per crop; what lies outside the picture is background. */
  predict(crops: { pyramid: ImagePyramid; crop: FaceCrop }[]): Promise<CanonicalMap[]>;
}

/** Reads and checks the metadata of a `canonical-map/1` network. */
export function readCanonicalContract(network: Uint8Array, where: string): CanonicalContract {
  const contract = readNetworkContract(network, 'canonical-map/1', where);
  const text = contract.entry('canonical_space');
  const [, space, factor] = /^(unit-cube|flame-centred)(?: (\S+))?$/.exec(text) ?? [];
  const scale = factor === undefined ? 1 : Number(factor);
  if (!space || !(scale > 0 && scale < Infinity) || (space === 'unit-cube' && factor !== undefined)) {
    throw new Error(
      `${where}: expected unit-cube, or flame-centred and a scale, in flowfit.canonical_space, got '${text}'.`,
    );
  }
  const within = (name: string, low: number, high: number) => {
    const entry = contract.optionalEntry(name);
    const value = entry === undefined ? undefined : Number(entry);
    if (value === undefined || (value >= low && value <= high)) return value;
    throw new Error(`${where}: expected flowfit.${name} between ${low} and ${high}, got '${entry}'.`);
  };
  return {
    ...contract,
    space: space as CanonicalSpace,
    scale,
    cropScale: within('crop_scale', 0.5, 8),
    leastConfidence: within('least_confidence', 0, 1e6) ?? 0.5,
  };
}

/**
 * Starts a network of the contract `canonical-map/1`: input `image` `[N, 3, S, S]`; output `canonical` `[N, 3, D, E]` or
 * `[N, D, E, 3]`, and where it has them `confidence`, `sigma` and `depth`, each `[N, D, E]` or `[N, 1, D, E]`; D and E
 * declared.
 *
 * @param network the bytes of an `.onnx` file.
 * @param where what to call the file in errors.
 */
export async function createCanonicalNetwork(
  network: Uint8Array,
  where: string,
  options: OnnxSessionOptions = {},
): Promise<CanonicalNetwork> {
  const contract = readCanonicalContract(network, where);
  const session = await createOnnxSession(network, options);
  try {
    const form = checkPorts(session, where);
    return {
      session,
      contract,
      async predict(crops) {
        const maps: CanonicalMap[] = [];
        for (let start = 0; start < crops.length; start += form.largestBatch) {
          maps.push(...(await predictBatch(session, contract, form, crops.slice(start, start + form.largestBatch))));
        }
        return maps;
      },
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface NetworkForm {
  side: number;
  largestBatch: number;
  /** Rows and columns of the outputs. */
  rows: number;
  columns: number;
  channelsLast: boolean;
}

/** Refuses inputs and outputs that are not the contract's, naming what is wrong. */
function checkPorts({ inputs, outputs }: OnnxSession, where: string): NetworkForm {
  const input = pictureInput(inputs, where);
  const canonical = requirePort(outputs, 'canonical', [4], where);
  const channelsLast = canonical[3] === 3 && canonical[1] !== 3;
  const [rows, columns] = channelsLast ? canonical.slice(1, 3) : canonical.slice(2);
  const channels = channelsLast ? canonical[3] : canonical[1];
  if (channels !== 3 || typeof rows !== 'number' || typeof columns !== 'number') {
    throw new Error(
      `${where}: expected 'canonical' [N, 3, D, E] or [N, D, E, 3] with D and E declared, got [${canonical.join(', ')}].`,
    );
  }
  for (const name of optionalOutputs(outputs)) {
    const shape = requirePort(outputs, name, [3, 4], where);
    const [last, one] = [shape.slice(-2), shape.length === 3 ? 1 : shape[1]];
    if (one !== 1 || last[0] !== rows || last[1] !== columns) {
      throw new Error(
        `${where}: expected '${name}' [N, ${rows}, ${columns}] as 'canonical', got [${shape.join(', ')}].`,
      );
    }
  }
  return { ...input, rows, columns, channelsLast };
}

function optionalOutputs(outputs: readonly OnnxPort[]): string[] {
  return ['confidence', 'sigma', 'depth'].filter((name) => outputs.some((port) => port.name === name));
}

async function predictBatch(
  session: OnnxSession,
  contract: CanonicalContract,
  form: NetworkForm,
  crops: { pyramid: ImagePyramid; crop: FaceCrop }[],
): Promise<CanonicalMap[]> {
  const { side } = form;
  const plane = side * side;
  const input = new Float32Array(crops.length * 3 * plane);
  crops.forEach(({ pyramid, crop }, b) => {
    const target = input.subarray(b * 3 * plane, (b + 1) * 3 * plane);
    sampleCrop(pyramid, crop, side, target, { range: contract.range, outside: 'black' });
  });
  normalisePlanes(input, plane, contract);
  const outputs = await session.run({ image: { data: input, dims: [crops.length, 3, side, side] } });
  return crops.map((crop, b) => readMap(outputs, b, crop, contract, form));
}

/** One picture's part of the outputs as a map. */
function readMap(
  outputs: Record<string, OnnxTensor>,
  b: number,
  { pyramid: { image }, crop }: { pyramid: ImagePyramid; crop: FaceCrop },
  { scale, leastConfidence }: CanonicalContract,
  { side, rows, columns, channelsLast }: NetworkForm,
): CanonicalMap {
  const cells = rows * columns;
  const canonical = outputs.canonical.data.subarray(b * cells * 3, (b + 1) * cells * 3);
  const part = (name: string) => outputs[name]?.data.slice(b * cells, (b + 1) * cells);
  const [confidence, sigma, depth] = [part('confidence'), part('sigma'), part('depth')];
  const m = imageFromCrop(crop, side);
  const [right, down] = [side / columns, side / rows];
  const map: CanonicalMap = {
    width: columns,
    height: rows,
    values: new Float32Array(cells * 3),
    mask: new Uint8Array(cells),
    sigma: sigma?.map((value) => value * scale),
    depth,
    imageFromMap: Float64Array.of(m[0] * right, m[1] * down, m[2], m[3] * right, m[4] * down, m[5]),
  };
  const [a, c, x0, d, e, y0] = map.imageFromMap;
  for (let cell = 0; cell < cells; cell++) {
    const [column, row] = [(cell % columns) + 0.5, Math.floor(cell / columns) + 0.5];
    const [x, y] = [a * column + c * row + x0, d * column + e * row + y0];
    let usable = x >= 0 && y >= 0 && x < image.width && y < image.height;
    if (confidence && !(confidence[cell] >= leastConfidence)) usable = false;
    for (let k = 0; k < 3; k++) {
      const value = canonical[channelsLast ? cell * 3 + k : k * cells + cell] * scale;
      map.values[cell * 3 + k] = value;
      if (!Number.isFinite(value)) usable = false;
    }
    if (sigma && !(sigma[cell] > 0)) usable = false;
    map.mask[cell] = usable ? 1 : 0;
  }
  return map;
}
