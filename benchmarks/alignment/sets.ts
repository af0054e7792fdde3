import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type HeadModel } from '../../src/flame/head-model.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { inIctPart, type IctPart, ictParts } from '../../src/io/head-models/ict-topology.js';
import { withOpenHeadLayout } from '../../src/io/head-models/open-head-layout.js';
import { readImage } from '../../src/io/sequence/read-image.js';
import { encodeImage } from '../../src/render/image-file.js';
import { loadOpenHeadSkins } from '../../src/synth/open-head-skins.js';
import { type Skin } from '../../src/synth/skin.js';
import { createSyntheticSequence, type SyntheticSequence } from '../../src/synth/synthetic-sequence.js';

/** Where the shared test data lies beside the repository. */
export const sharedData = '../shared/data';

/** A set of rendered people. */
export interface PeopleSet {
  name: string;
  /** The head that is rendered; regions of the evaluation are its own. */
  head: HeadModel;
  skins: Skin[];
  /** One person each. */
  seeds: number[];
}

/** Seeds of the held-out people; training draws its own from other generators. */
const firstSeed = 7001;
const frames = 30;

/** Held-out people of the open head, and ICT-FaceKit's where the shared data is at hand. */
export async function peopleSets(people: number): Promise<PeopleSet[]> {
  const seeds = Array.from({ length: people }, (_, k) => firstSeed + k);
  const skins = await loadOpenHeadSkins();
  const sets: PeopleSet[] = [{ name: 'open-head', head: await loadHeadModel(), skins, seeds }];
  const path = join(sharedData, 'ict-facekit-light/ict_facekit_light.npz');
  if (!existsSync(path)) {
    console.error(`alignment: ${path} is absent; the set of another topology is left out.`);
    return sets;
  }
  sets.push({
    name: 'ict-facekit',
    head: withoutShells(await withOpenHeadLayout(await loadHeadModel(path))),
    skins,
    seeds,
  });
  return sets;
}

/** ICT-FaceKit without lashes, tear film and the shells before its eyes, which our renderer would draw opaque. */
function withoutShells(head: HeadModel): HeadModel {
  const parts = Object.keys(ictParts) as IctPart[];
  const kept = Array.from({ length: head.faces.length / 3 }, (_, f) => f).filter((f) =>
    [0, 1, 2].every((k) => parts.some((part) => inIctPart(part, head.faces[f * 3 + k]))),
  );
  const number = new Map(kept.map((f, n) => [f, n]));
  const pick = (values: Int32Array) => Int32Array.from(kept.flatMap((f) => [...values.subarray(f * 3, f * 3 + 3)]));
  const relabel = (landmarks: HeadModel['landmarks68']) =>
    landmarks && { ...landmarks, faces: landmarks.faces.map((f) => number.get(f) ?? -1) };
  return {
    ...head,
    faces: pick(head.faces),
    uvLayouts: Object.fromEntries(
      Object.entries(head.uvLayouts).map(([name, layout]) => [name, { ...layout, uvFaces: pick(layout.uvFaces) }]),
    ),
    landmarks68: relabel(head.landmarks68),
    landmarks478: relabel(head.landmarks478),
  };
}

/** One person before one camera; pictures are rendered once and kept in a folder. */
export function createPerson({ name, head, skins }: PeopleSet, seed: number, folder: string): SyntheticSequence {
  const { sequence, truth } = createSyntheticSequence({
    head,
    skins,
    seed,
    frames,
    cameras: 1,
    width: 400,
    height: 500,
    degradations: { blur: 0.5, noise: 3 },
    motion: { headRange: [0.6, 0.25, 0.2] },
  });
  return { sequence: keptPictures(sequence, join(folder, name, String(seed))), truth };
}

function keptPictures(sequence: Sequence, folder: string): Sequence {
  return {
    ...sequence,
    async read(frame, view) {
      const path = join(folder, `${view}-${frame}.png`);
      if (!existsSync(path)) {
        const image = await sequence.read(frame, view);
        if (!image) return undefined;
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, await encodeImage(image, { format: 'png' }));
      }
      return readImage(path);
    },
  };
}
