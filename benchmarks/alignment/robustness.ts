import sharp from 'sharp';
import { alignUvFlow } from '../../src/alignment/align-uv-flow.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type RgbImage } from '../../src/geometry/image.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { assetPath } from '../../src/io/asset-path.js';
import { loadOpenHeadSkins } from '../../src/synth/open-head-skins.js';
import { createArcRig } from '../../src/synth/camera-rig.js';
import { createSyntheticSequence } from '../../src/synth/synthetic-sequence.js';
import { type ObserverOptions } from './observers.js';
import { median } from './people.js';

/** What becomes of a hard picture. */
export interface RobustnessRow {
  picture: string;
  seen: boolean;
  /** Median sigma over the face, per cent of its box; of the covered half where one is covered. */
  sigmaPercent: number | null;
  /** Distance from the answer on the unchanged picture, median, per cent of its box; where they can be compared. */
  movedPercent: number | null;
  fit: string;
}

/** A picture, and where a pixel of the unchanged photograph lies in it. */
interface HardPicture {
  name: string;
  image: RgbImage;
  place?: (x: number, y: number) => [number, number];
  /** Which of the photograph's pixels are covered. */
  covered?: (x: number) => boolean;
}

/** Sides of the face in the bundled photograph, pixels. */
const faceSize = 105;
/** Column through the middle of its face. */
const middle = 224;

/** Turned, tiny, covered, sideways and missing faces: nothing may fail, sigma has to grow, the fit needs a status. */
export async function measureRobustness(options: ObserverOptions): Promise<RobustnessRow[]> {
  const { head } = options;
  const face = Array.from(head.regions.face.keys()).filter((v) => head.regions.face[v] === 1);
  const rows: RobustnessRow[] = [];
  let reference: ArrayLike<number> | undefined;
  for (const { name, image, place, covered } of await hardPictures(options)) {
    const alignment = await alignUvFlow(single(image), { ...options, ordered: false });
    const { mu, sigma, faceBoxes } = alignment;
    const side = Math.max(faceBoxes[2] - faceBoxes[0], faceBoxes[3] - faceBoxes[1]);
    reference ??= mu.slice();
    const asked = face.filter((v) => sigma[v] > 0 && (!covered || covered(reference![v * 2])));
    const { status } = await fitSequence({ head, alignment, unordered: true });
    const moved = (place ? asked : []).map((v) => {
      const [x, y] = place!(reference![v * 2], reference![v * 2 + 1]);
      return (100 * Math.hypot(mu[v * 2] - x, mu[v * 2 + 1] - y)) / side;
    });
    rows.push({
      picture: name,
      seen: side > 0,
      sigmaPercent: side > 0 ? median(asked.map((v) => (100 * sigma[v]) / side)) : null,
      movedPercent: side > 0 && place ? median(moved) : null,
      fit: status,
    });
  }
  return rows;
}

async function hardPictures({ head }: ObserverOptions): Promise<HardPicture[]> {
  const photograph = () => sharp(assetPath('demo', 'astronaut.jpg')).toColourspace('srgb');
  const upright = await pixels(photograph());
  const { width, height } = upright;
  const same = (x: number, y: number): [number, number] => [x, y];
  const [quarter, half] = await Promise.all([90, 180].map((angle) => pixels(photograph().rotate(angle))));
  const scale = 32 / faceSize;
  const small = await photograph()
    .resize({ width: Math.round(width * scale) })
    .png()
    .toBuffer();
  const canvas = sharp({ create: { width: 640, height: 480, channels: 3, background: '#456' } });
  const tiny = sharp(
    await canvas
      .composite([{ input: small, left: 300, top: 200 }])
      .png()
      .toBuffer(),
  );
  const hidden: RgbImage = { ...upright, data: upright.data.slice() };
  for (let i = 0; i < hidden.data.length; i++) if ((i / 3) % width >= middle) hidden.data[i] = 110;
  const empty: RgbImage = { ...upright, data: new Uint8Array(upright.data.length).fill(90) };
  const rig = createArcRig(2, { width: 480, height: 600, arc: (160 * Math.PI) / 180 });
  const profile = createSyntheticSequence({ head, skins: await loadOpenHeadSkins(), seed: 7101, frames: 2, rig });
  return [
    { name: 'photograph', image: upright, place: same },
    { name: 'turned by 90 degrees', image: quarter, place: (x, y) => [height - y, x] },
    { name: 'upside down', image: half, place: (x, y) => [width - x, height - y] },
    { name: 'face of 32 pixels', image: await pixels(tiny), place: (x, y) => [300 + x * scale, 200 + y * scale] },
    { name: 'half hidden: what is seen', image: hidden, place: same, covered: (x) => x < middle },
    { name: 'half hidden: what is hidden', image: hidden, place: same, covered: (x) => x >= middle },
    { name: 'rendered, 80 degrees to the side', image: (await profile.sequence.read(0, 0))! },
    { name: 'no face', image: empty },
  ];
}

async function pixels(picture: ReturnType<typeof sharp>): Promise<RgbImage> {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

function single(image: RgbImage): Sequence {
  return {
    cameraIds: ['cam0'],
    viewCount: 1,
    frameCount: 1,
    frameNumbers: [0],
    times: Float64Array.of(0),
    imageSizes: [{ width: image.width, height: image.height }],
    warnings: [],
    read: async () => image,
    close: async () => undefined,
  };
}
