import { type FaceCrop, sampleCrop } from './face-crop.js';
import { type ImagePyramid } from './image-pyramid.js';
import { type NetworkContract, normalisePlanes, readNetworkContract } from './network-contract.js';
import { pictureInput, requirePort } from './network-ports.js';
import { createOnnxSession, type OnnxSession, type OnnxSessionOptions } from './onnx-session.js';

/** What a network of the contract `uv-flow/1` says of itself. */
export interface UvFlowContract extends NetworkContract {
  /** The UV layout that it predicts positions for, and the hash of that layout in the head model it comes from. */
  layout: { name: string; hash: string };
  /** Side of the crop over the side of the square around the face. */
  cropScale: number;
}

/** The network's answer for one crop, in the crop's pixels; row 0 is the top of the UV square. */
export interface UvFlowMap {
  /** Texels along each side of the UV square. */
  resolution: number;
  /** Side of the crop that the network saw, pixels. */
  side: number;
  /** `[D, D, 2]` pixels: what is added to a texel's own place, `((column + 0.5), (row + 0.5)) side / D`. */
  flow: Float32Array;
  /** `[D, D]` pixels, standard deviation of a circular Gaussian. */
  sigma: Float32Array;
}

export interface UvFlowNetwork {
  session: OnnxSession;
  contract: UvFlowContract;
  /** Side of the input, pixels. */
  side: number;
  /** One map per crop, all crops in one batch where the network takes them. */
  predict(crops: { pyramid: ImagePyramid; crop: FaceCrop }[]): Promise<UvFlowMap[]>;
}

/** Reads and checks the metadata of a `uv-flow/1` network. */
export function readUvFlowContract(network: Uint8Array, where: string): UvFlowContract {
  const contract = readNetworkContract(network, 'uv-flow/1', where);
  const text = contract.entry('uv_layout');
  const [, name, hash] = /^(\S+) ([0-9a-f]{64})$/.exec(text) ?? [];
  if (!name)
    throw new Error(`${where}: expected the name and the hash of a layout in flowfit.uv_layout, got '${text}'.`);
  const cropScale = Number(contract.entry('crop_scale'));
  if (!(cropScale >= 0.5 && cropScale <= 4)) {
    throw new Error(`${where}: expected flowfit.crop_scale between 0.5 and 4, got '${contract.entry('crop_scale')}'.`);
  }
  return { ...contract, layout: { name, hash }, cropScale };
}

/**
 * Starts a network of the contract `uv-flow/1`: input `image` `[N, 3, S, S]`, outputs `flow` `[N, D, D, 2]` or
 * `[N, 2, D, D]` and `sigma` `[N, D, D]`, S and D declared, float32 or float16.
 *
 * @param network the bytes of an `.onnx` file.
 * @param where what to call the file in errors.
 */
export async function createUvFlowNetwork(
  network: Uint8Array,
  where: string,
  options: OnnxSessionOptions = {},
): Promise<UvFlowNetwork> {
  const contract = readUvFlowContract(network, where);
  const session = await createOnnxSession(network, options);
  const form = checkPorts(session, where);
  const { side, largestBatch } = form;
  const plane = side * side;

  async function predictBatch(crops: { pyramid: ImagePyramid; crop: FaceCrop }[]): Promise<UvFlowMap[]> {
    const input = new Float32Array(crops.length * 3 * plane);
    crops.forEach(({ pyramid, crop }, b) => {
      const target = input.subarray(b * 3 * plane, (b + 1) * 3 * plane);
      sampleCrop(pyramid, crop, side, target, { range: contract.range, outside: 'black' });
    });
    normalisePlanes(input, plane, contract);
    const { flow, sigma } = await session.run({ image: { data: input, dims: [crops.length, 3, side, side] } });
    return crops.map((_, b) => readMap(flow.data, sigma.data, b, form));
  }

  return {
    session,
    contract,
    side,
    async predict(crops) {
      const maps: UvFlowMap[] = [];
      for (let start = 0; start < crops.length; start += largestBatch) {
        maps.push(...(await predictBatch(crops.slice(start, start + largestBatch))));
      }
      return maps;
    },
  };
}

interface NetworkForm {
  side: number;
  resolution: number;
  channelsLast: boolean;
  /** Infinite where the size of a batch is free. */
  largestBatch: number;
}

/** Refuses inputs and outputs that are not the contract's, naming what is wrong. */
function checkPorts({ inputs, outputs }: OnnxSession, where: string): NetworkForm {
  const { side, largestBatch } = pictureInput(inputs, where);
  const flow = requirePort(outputs, 'flow', [4], where);
  const sigma = requirePort(outputs, 'sigma', [3], where);
  const resolution = sigma[1];
  const channelsLast = flow[3] === 2 && flow[1] === resolution && flow[2] === resolution;
  const channelsFirst = flow[1] === 2 && flow[2] === resolution && flow[3] === resolution;
  const square = typeof resolution === 'number' && sigma[2] === resolution;
  if (!square || !(channelsLast || channelsFirst)) {
    throw new Error(
      `${where}: expected 'flow' [N, D, D, 2] or [N, 2, D, D] and 'sigma' [N, D, D] with D declared, ` +
        `got [${flow.join(', ')}] and [${sigma.join(', ')}].`,
    );
  }
  return { side, resolution, channelsLast, largestBatch };
}

function readMap(
  flow: Float32Array,
  sigma: Float32Array,
  b: number,
  { side, resolution, channelsLast }: NetworkForm,
): UvFlowMap {
  const texels = resolution * resolution;
  const own = flow.slice(b * texels * 2, (b + 1) * texels * 2);
  return {
    resolution,
    side,
    flow: channelsLast ? own : own.map((_, i) => flow[b * texels * 2 + (i % 2) * texels + (i >> 1)]),
    sigma: sigma.slice(b * texels, (b + 1) * texels),
  };
}
