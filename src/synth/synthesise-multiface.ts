import { join } from 'node:path';
import { loadHeadModel } from '../io/head-model-file.js';
import { makeFolder, writeFileAtomic } from '../io/write-file.js';
import { createMultifacePeople, type MultifacePeopleOptions } from './multiface-people.js';
import { loadOpenHeadSkins } from './open-head-skins.js';
import { trackedSurface, type TrackedTopology } from './tracked-surface.js';
import { writeMultifacePerson } from './write-multiface.js';

export interface SynthesiseMultifaceOptions extends Omit<MultifacePeopleOptions, 'head' | 'skins'> {
  /** Folder to write. */
  out: string;
  /** A head model container; default the open head. */
  head?: string;
  /** Triangles of the tracked meshes; default `dual`. */
  topology?: TrackedTopology;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** What was written. */
export interface SynthesiseMultifaceSummary {
  out: string;
  people: number;
  sequences: number;
  frames: number;
  vertices: number;
  seconds: number;
}

/**
 * Renders a synthetic set in Multiface's layout, a folder per person, with its ground truth, and `sequences.txt`, the
 * list of its sequences: entity, segment, camera.
 */
export async function synthesiseMultiface({
  out,
  head: headPath,
  topology = 'dual',
  onProgress,
  signal,
  ...options
}: SynthesiseMultifaceOptions): Promise<SynthesiseMultifaceSummary> {
  const started = performance.now();
  await makeFolder(out);
  const head = await loadHeadModel(headPath);
  const skins = head.uvLayouts['open-head/1'] ? await loadOpenHeadSkins() : [];
  const people = createMultifacePeople({ ...options, head, skins });
  const surface = trackedSurface(head, topology);
  const takes = people.flatMap((person) => person.takes.map((take) => ({ person, take })));
  const frames = takes.reduce((sum, { take }) => sum + take.hasImage.length, 0);
  let done = 0;
  for (const person of people) {
    const onImage = () => onProgress?.(++done, frames);
    await writeMultifacePerson(out, person, { head, surface, onImage, signal });
  }
  const list = takes.map(({ person, take }) => `${person.entity} ${take.segment} ${take.cameraId}\n`);
  await writeFileAtomic(join(out, 'sequences.txt'), list.join(''));
  return {
    out,
    people: people.length,
    sequences: takes.length,
    frames,
    vertices: surface.points.faces.length,
    seconds: (performance.now() - started) / 1000,
  };
}
