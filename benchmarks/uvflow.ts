import { join } from 'node:path';
import { createImagePyramid, type ImagePyramid } from '../src/alignment/image-pyramid.js';
import { type FaceCrop } from '../src/alignment/face-crop.js';
import { type Device } from '../src/alignment/onnx-session.js';
import { createUvFlowNetwork, type UvFlowMap, type UvFlowNetwork } from '../src/alignment/uv-flow-network.js';
import { sampleUvFlow, uvFlowPoints } from '../src/alignment/uv-flow-sampler.js';
import { assetPath } from '../src/io/asset-path.js';
import { loadHeadModel } from '../src/io/head-model-file.js';
import { openSequence } from '../src/io/open-sequence.js';
import { readFileBytes } from '../src/io/read-file.js';

export interface UvFlowBenchmarkOptions {
  device?: Device;
  /** A network of the contract `uv-flow/1`; the one that ships where absent. */
  network?: string;
}

/** Pictures in a batch. */
const batchSize = 8;
/** Each way of asking is timed for as long as this, times the benchmark's size. */
const secondsEach = 6;

type Picture = { pyramid: ImagePyramid; crop: FaceCrop };

/**
 * How fast the UV-to-image flow network reads pictures, one at a time and in batches: crop, network, and the places of
 * the open head's vertices; and how far its flow is from that of the CPU, crop pixels. There is no solver in it.
 *
 * @throws the device does not start; another is never taken in its place.
 */
export async function uvflow(size: number, { device = 'auto', network: path }: UvFlowBenchmarkOptions = {}) {
  const where = path ?? assetPath('uv-flow', 'uvflow-s.onnx');
  const bytes = await readFileBytes(where);
  const network = await createUvFlowNetwork(bytes, where, { device });
  const onCpu = await createUvFlowNetwork(bytes, where, { device: 'cpu' });
  try {
    const pictures = await demoPictures();
    const { uv } = uvFlowPoints(await loadHeadModel(), network.contract, where);
    const read = async (batch: Picture[]) => {
      const maps = await network.predict(batch);
      maps.forEach((map, k) => sampleUvFlow(map, uv, batch[k].crop));
    };
    const [maps, reference] = [await network.predict(pictures), await onCpu.predict(pictures)];
    const single = await time(secondsEach * size, 1, (k) => read([pictures[k % pictures.length]]));
    const batch = await time(secondsEach * size, batchSize, () => read(pictures));
    return {
      seconds: single.seconds + batch.seconds,
      provider: network.session.provider,
      refused: network.session.refused,
      network: describe(network, bytes),
      batchSize,
      imagesPerSecond: batch.imagesPerSecond,
      imagesPerSecondSingle: single.imagesPerSecond,
      cpuSecondsPerImage: batch.cpuSecondsPerImage,
      cpuSecondsPerImageSingle: single.cpuSecondsPerImage,
      maxAbsDiffPx: largestDifference(maps, reference, 'flow'),
      maxAbsDiffSigmaPx: largestDifference(maps, reference, 'sigma'),
    };
  } finally {
    await Promise.all([network.session.release(), onCpu.session.release()]);
  }
}

/** The first pictures of the bundled sequence, each with the middle of it as its crop. */
async function demoPictures(): Promise<Picture[]> {
  const sequence = await openSequence(join(assetPath('demo', 'sequence'), 'images'));
  const pictures: Picture[] = [];
  for (let k = 0; k < batchSize; k++) {
    const image = (await sequence.read(Math.floor(k / sequence.viewCount), k % sequence.viewCount))!;
    const crop = { x: image.width / 2, y: image.height / 2, size: 0.9 * image.width, roll: 0 };
    pictures.push({ pyramid: createImagePyramid(image), crop });
  }
  await sequence.close();
  return pictures;
}

/** Runs jobs of so many images until the time is over; the first is not counted. */
async function time(seconds: number, imagesPerJob: number, job: (k: number) => Promise<void>) {
  await job(0);
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let images = 0;
  while (elapsed() < seconds) {
    await job(images);
    images += imagesPerJob;
  }
  const total = elapsed();
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    seconds: total,
    imagesPerSecond: images / total,
    cpuSecondsPerImage: (user + system) / 1e6 / images,
  };
}

function describe({ side, session, contract }: UvFlowNetwork, bytes: Uint8Array) {
  return {
    side,
    type: session.inputs[0].type,
    layout: contract.layout.name,
    licence: contract.licence,
    mebibytes: bytes.length / 2 ** 20,
  };
}

function largestDifference(maps: UvFlowMap[], reference: UvFlowMap[], part: 'flow' | 'sigma'): number {
  let largest = 0;
  maps.forEach((map, k) =>
    map[part].forEach((value, i) => (largest = Math.max(largest, Math.abs(value - reference[k][part][i])))),
  );
  return largest;
}
