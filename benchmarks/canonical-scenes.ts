import { existsSync } from 'node:fs';
import { predictCanonical } from '../src/alignment/predict-canonical.js';
import { type CanonicalMap } from '../src/canonical/canonical-map.js';
import { renderCanonicalMap } from '../src/canonical/render-canonical-map.js';
import { templateEmbedding } from '../src/canonical/template-cube.js';
import { type CanonicalShot } from '../src/evaluation/canonical-pairs.js';
import { type HeadModel } from '../src/flame/head-model.js';
import { type RgbImage } from '../src/geometry/image.js';
import { assetPath } from '../src/io/asset-path.js';
import { loadHeadModel } from '../src/io/head-model-file.js';
import { readFileBytes } from '../src/io/read-file.js';
import { loadOpenHeadSkins } from '../src/synth/open-head-skins.js';
import { createRandom } from '../src/synth/random.js';
import { createSyntheticSequence, type SyntheticSequence } from '../src/synth/synthetic-sequence.js';
import { singlePicture } from '../src/track/canonical/pictures.js';

/** One person before three cameras, at two moments. */
export interface Scene {
  person: number;
  faces: Int32Array;
  sequence: SyntheticSequence;
  embedding: Float32Array;
}

/** Where maps come from: the truth, the truth with noise of so many units of the cube, or a network. */
export type MapSource = { name: string; noise: number } | { name: string; network: string };

/** Side of the pictures, pixels: Face Anything's. */
const side = 504;
/** The moments, frames of the sequence: seconds apart in a performance. */
export const moments = [0, 40];

/** Seeded people of the open head, each with a skin, light and performance of their own. */
export async function createScenes(people: number): Promise<Scene[]> {
  const head: HeadModel = await loadHeadModel();
  const skins = await loadOpenHeadSkins();
  const embedding = templateEmbedding(head, head);
  return Array.from({ length: people }, (_, person) => ({
    person,
    faces: head.faces,
    embedding,
    sequence: createSyntheticSequence({
      head,
      skins,
      seed: 100 + person,
      frames: moments[1] + 1,
      cameras: 3,
      width: side,
      height: side,
    }),
  }));
}

/** The maps that are compared: exact ones, two levels of noise, and a network where there is one. */
export function mapSources(network?: string): MapSource[] {
  const shipped = assetPath('canonical', 'canonical-s.onnx');
  const path = network ?? (existsSync(shipped) ? shipped : undefined);
  return [
    { name: 'exact', noise: 0 },
    { name: 'noise 0.003', noise: 0.003 },
    { name: 'noise 0.01', noise: 0.01 },
    ...(path === undefined ? [] : [{ name: 'network', network: path }]),
  ];
}

/** What one camera shows of a scene at one moment, with the map that the source has of it. */
export async function takeShot(scene: Scene, frame: number, view: number, source: MapSource): Promise<CanonicalShot> {
  const { truth, sequence } = scene.sequence;
  const camera = truth.cameras[view];
  const vertices = truth.vertices(frame);
  const image = (await sequence.read(frame, view))!;
  const exact = renderCanonicalMap({ vertices, faces: scene.faces, embedding: scene.embedding }, camera);
  const map =
    'network' in source
      ? await predictMap(source.network, image)
      : addNoise(exact, source.noise, `${scene.person} ${frame} ${view}`);
  return { map, camera, vertices, image };
}

/** Independent normal noise on every coordinate of every cell. */
function addNoise(map: CanonicalMap, sigma: number, name: string): CanonicalMap {
  if (sigma === 0) return map;
  const random = createRandom(7).fork(name);
  return { ...map, values: map.values.map((value) => value + sigma * random.normal()) };
}

/** The network's map; one cell of background where it finds no face, so that every pixel counts as missed. */
async function predictMap(network: string, image: RgbImage): Promise<CanonicalMap> {
  const bytes = await readFileBytes(network);
  const { maps } = await predictCanonical(singlePicture('picture', image), bytes, { where: network, ordered: false });
  const nothing = { width: 1, height: 1, values: new Float32Array(3), mask: new Uint8Array(1) };
  return maps[0] ?? { ...nothing, imageFromMap: Float64Array.of(1, 0, 0, 0, 1, 0) };
}
