import { join } from 'node:path';
import { type HeadModel } from '../flame/head-model.js';
import { poseAt } from '../fitting/initialise.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { type SurfaceMesh } from '../geometry/dual-mesh.js';
import { invertRigid, transformPoints } from '../geometry/rigid-transform.js';
import { writeFileAtomic } from '../io/write-file.js';
import { encodeImage } from '../render/image-file.js';
import { cylinderUv, formatKrt, formatTrackedObj, formatTransform, formatVertices } from './multiface-files.js';
import { type MultifacePerson, type MultifaceTake } from './multiface-people.js';
import { formatTruth, frameName } from './write-sequence.js';

export interface WriteMultifaceOptions {
  head: HeadModel;
  /** The mesh that the capture's tracker delivers. */
  surface: SurfaceMesh;
  /** Write the pictures too; default true. */
  images?: boolean;
  onImage?: () => void;
  signal?: AbortSignal;
}

/** The folder of a person, named as Multiface's. */
export function entityFolder(entity: string): string {
  return `m--20240101--0000--${entity}--GHS`;
}

/** The tracked mesh of one frame, `[V, 3]` metres, head frame. */
export function trackedVertices(
  { synthetic: { truth } }: MultifaceTake,
  surface: SurfaceMesh,
  head: HeadModel,
  frame: number,
) {
  const inHead = transformPoints(invertRigid(poseAt(truth, frame)), truth.vertices(frame));
  return interpolateSurface(inHead, 3, head.faces, surface.points);
}

/** Writes the pictures and tracked meshes of a take; returns its lines of `frame_list.txt` and its meshes. */
async function writeTake(folder: string, take: MultifaceTake, options: WriteMultifaceOptions) {
  const { head, surface, images = true, onImage, signal } = options;
  const { segment, cameraId, synthetic, hasImage, hasMesh } = take;
  const { sequence, truth } = synthetic;
  const lines: string[] = [];
  const meshes: Float32Array[] = [];
  for (let frame = 0; frame < truth.frameNumbers.length; frame++) {
    signal?.throwIfAborted();
    const name = frameName(truth.frameNumbers[frame]);
    if (hasMesh[frame]) {
      const vertices = trackedVertices(take, surface, head, frame);
      const mesh = join(folder, 'tracked_mesh', segment, name);
      await writeFileAtomic(`${mesh}.bin`, formatVertices(vertices));
      await writeFileAtomic(`${mesh}.obj`, formatTrackedObj(vertices, cylinderUv(vertices), surface.faces));
      await writeFileAtomic(`${mesh}_transform.txt`, formatTransform(poseAt(truth, frame)));
      lines.push(`${segment} ${name}`);
      meshes.push(vertices);
    }
    if (images && hasImage[frame]) {
      const image = await sequence.read(frame, 0);
      const path = join(folder, 'images', segment, cameraId, `${name}.png`);
      await writeFileAtomic(path, await encodeImage(image!, { format: 'png' }));
    }
    onImage?.();
  }
  return { lines, meshes };
}

/** Mean of the meshes and the variance of all coordinates about it, in Multiface's form. */
function meshStatistics(meshes: Float32Array[]) {
  const mean = new Float64Array(meshes[0].length);
  for (const mesh of meshes) mesh.forEach((value, i) => (mean[i] += value / meshes.length));
  let sum = 0;
  for (const mesh of meshes) mesh.forEach((value, i) => (sum += (1000 * (value - mean[i])) ** 2));
  return { mean, variance: sum / (meshes.length * mean.length) };
}

/**
 * Writes one person in Multiface's layout, `m--<date>--0000--<entity>--GHS`: `KRT`, `frame_list.txt`, `vert_mean.bin`,
 * `vert_var.txt`, `images/<segment>/<camera>/<frame>.png`, `tracked_mesh/<segment>/<frame>{.obj,.bin,_transform.txt}`;
 * and beside it `truth/<entity>/<segment>.npz`, the parameters that moved the head.
 */
export async function writeMultifacePerson(
  folder: string,
  { entity, cameras, takes }: MultifacePerson,
  options: WriteMultifaceOptions,
): Promise<void> {
  const home = join(folder, entityFolder(entity));
  const lines: string[] = [];
  const meshes: Float32Array[] = [];
  for (const take of takes) {
    const written = await writeTake(home, take, options);
    lines.push(...written.lines);
    meshes.push(...written.meshes);
    const truth = formatTruth(take.synthetic.truth, options.head);
    await writeFileAtomic(join(folder, 'truth', entity, `${take.segment}.npz`), truth);
  }
  const { mean, variance } = meshStatistics(meshes);
  await writeFileAtomic(join(home, 'vert_mean.bin'), formatVertices(mean));
  await writeFileAtomic(join(home, 'vert_var.txt'), `${variance}\n`);
  await writeFileAtomic(join(home, 'frame_list.txt'), `${lines.join('\n')}\n`);
  await writeFileAtomic(join(home, 'KRT'), formatKrt(cameras));
}
