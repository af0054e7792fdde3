import { type HeadModel } from '../flame/head-model.js';
import { type Sequence } from '../geometry/sequence.js';
import { type Alignment } from './alignment.js';
import { sampleCrop } from './face-crop.js';
import { createFivePointCropper, fivePointSide } from './five-point-crop.js';
import { createImagePyramid } from './image-pyramid.js';
import { type NetworkContract, normalisePlanes, readNetworkContract } from './network-contract.js';
import { createOnnxSession, type Device, type OnnxSession } from './onnx-session.js';

/** What a network of the contract `neutral-shape/1` says of itself. */
export interface NeutralContract extends NetworkContract {
  /** Hash of the shape basis that the coefficients belong to. */
  shapeBasisHash: string;
}

export interface PredictNeutralOptions {
  /** What the network is, for errors. */
  where: string;
  head: HeadModel;
  sequence: Pick<Sequence, 'read' | 'frameCount' | 'viewCount'>;
  alignment: Alignment;
  device?: Device;
  /** Most pictures to ask; spread over the sequence. Default 48. */
  pictureLimit?: number;
}

/** Share of the predictions, the farthest from their median, that the mean leaves out. */
const trimmedShare = 0.25;

/** Reads and checks the metadata of a `neutral-shape/1` network. */
export function readNeutralContract(network: Uint8Array, where: string): NeutralContract {
  const contract = readNetworkContract(network, 'neutral-shape/1', where);
  return { ...contract, shapeBasisHash: contract.entry('shape_basis') };
}

/**
 * Shape coefficients of the neutral head, predicted from the pictures by a network of the contract `neutral-shape/1`
 * (MICA and its kin): faces aligned by five points to 112 x 112, one prediction per picture, the mean over frames and
 * cameras without the quarter that is farthest from their median.
 *
 * @param network the bytes of an `.onnx` file.
 */
export async function predictNeutral(
  network: Uint8Array,
  { where, head, sequence, alignment, device, pictureLimit = 48 }: PredictNeutralOptions,
): Promise<{ shape: Float32Array; shapeBasisHash: string }> {
  const contract = readNeutralContract(network, where);
  const cropAt = createFivePointCropper(head, alignment);
  const pictures = Array.from({ length: sequence.frameCount * sequence.viewCount }, (_, image) => ({
    frame: Math.floor(image / sequence.viewCount),
    view: image % sequence.viewCount,
  })).filter(({ frame, view }) => cropAt(frame, view));
  if (pictures.length === 0) throw new Error(`${where}: expected a face in some picture, got none.`);
  const stride = Math.max(1, pictures.length / pictureLimit);
  const session = await createOnnxSession(network, { device });
  try {
    const predictions: Float32Array[] = [];
    for (let k = 0; k < Math.min(pictures.length, pictureLimit); k++) {
      const { frame, view } = pictures[Math.floor(k * stride)];
      const image = await sequence.read(frame, view);
      if (!image) continue;
      const planes = new Float32Array(3 * fivePointSide ** 2);
      const options = { range: contract.range, outside: 'black' } as const;
      sampleCrop(createImagePyramid(image), cropAt(frame, view)!, fivePointSide, planes, options);
      normalisePlanes(planes, fivePointSide ** 2, contract);
      predictions.push(await predictOne(session, planes, where));
    }
    return { shape: trimmedMean(predictions), shapeBasisHash: contract.shapeBasisHash };
  } finally {
    await session.release();
  }
}

async function predictOne(session: OnnxSession, planes: Float32Array, where: string): Promise<Float32Array> {
  const [input, output] = [session.inputNames[0], session.outputNames[0]];
  const results = await session.run({ [input]: { data: planes, dims: [1, 3, fivePointSide, fivePointSide] } });
  const { data, dims } = results[output];
  if (dims.length !== 2 || dims[0] !== 1) {
    throw new Error(`${where}: expected coefficients of shape [1, S], got [${dims.join(', ')}].`);
  }
  const bad = data.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new Error(`${where}: expected finite coefficients, got ${bad}.`);
  return data;
}

/** Mean of vectors without those farthest from their median. */
export function trimmedMean(vectors: Float32Array[]): Float32Array {
  const median = vectors[0].map((_, i) => {
    const sorted = vectors.map((vector) => vector[i]).sort((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  });
  const distance = (vector: Float32Array) => vector.reduce((sum, value, i) => sum + (value - median[i]) ** 2, 0);
  const kept = [...vectors]
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, Math.ceil(vectors.length * (1 - trimmedShare)));
  return median.map((_, i) => kept.reduce((sum, vector) => sum + vector[i] / kept.length, 0));
}
