import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Camera } from '../geometry/camera.js';
import { readCalibration } from '../io/calibration.js';
import { readMesh } from '../io/mesh-file.js';
import { fileProblem, readFileBytes } from '../io/read-file.js';
import { type MeshSequence } from './mesh-sequence.js';

/** The ground truth of a Multiface segment. */
export interface MultifaceSequence extends MeshSequence {
  /** The capture's folder and the segment's name. */
  capture: string;
  segment: string;
  /** The unit of its files, decided from the size of the mesh. */
  unit: 'mm' | 'cm' | 'm';
}

/** Units by the least diagonal, in themselves, of a mesh of a head in them: heads are 0.1 to 1 m across. */
const units = [
  { unit: 'mm', least: 100, metres: 0.001 },
  { unit: 'cm', least: 10, metres: 0.01 },
  { unit: 'm', least: 0.1, metres: 1 },
] as const;

/**
 * Reads the tracked meshes of one segment of a Multiface capture (facebookresearch/multiface) with its cameras.
 *
 * `tracked_mesh/<segment>/<frame>.bin` holds float32 vertices in the head's frame (where there is none, those of the
 * `.obj` stand in), `<frame>_transform.txt` `[Rf | tf]`, head to world, one `.obj` the faces, `KRT` the cameras.
 *
 * @param path the capture's folder, or `tracked_mesh/<segment>` inside it.
 * @param segment its name where the folder is the capture's and has several.
 */
export async function readMultifaceSequence(
  path: string,
  { segment }: { segment?: string } = {},
): Promise<MultifaceSequence> {
  const isSegment = basename(dirname(path)) === 'tracked_mesh';
  const capture = isSegment ? dirname(dirname(path)) : path;
  const name = isSegment ? basename(path) : await chooseSegment(join(capture, 'tracked_mesh'), segment);
  const folder = join(capture, 'tracked_mesh', name);
  const files = new Set(await listFolder(folder));
  const frames = [...files].flatMap((file) => /^(\d+)\.(?:bin|obj)$/.exec(file)?.[1] ?? []);
  const names = [...new Set(frames)].sort((a, b) => Number(a) - Number(b));
  const topology = names.find((frame) => files.has(`${frame}.obj`));
  if (topology === undefined) throw new Error(`${folder}: expected an .obj file with the mesh's faces, got none.`);
  const { vertices: sample, faces } = await readMesh(join(folder, `${topology}.obj`));
  const { unit, metres } = meshUnit(sample, folder);
  const meshes = new Map<number, Float32Array>();
  for (const frame of names) {
    const inHead = files.has(`${frame}.bin`)
      ? await readVertices(join(folder, `${frame}.bin`), sample.length)
      : (await readMesh(join(folder, `${frame}.obj`))).vertices;
    const pose = await readTransform(join(folder, `${frame}_transform.txt`));
    meshes.set(Number(frame), toWorld(inHead, pose, metres));
  }
  const cameras = new Map((await readCalibration(join(capture, 'KRT'))).map((camera) => [camera.id, camera]));
  return {
    capture,
    segment: name,
    unit,
    faces,
    vertexCount: sample.length / 3,
    frameNumbers: [...meshes.keys()],
    cameraIds: [...cameras.keys()],
    camera: (id): Camera => cameras.get(id)!,
    vertices: (frame) => meshes.get(frame)!,
  };
}

async function chooseSegment(folder: string, segment?: string): Promise<string> {
  const segments = (await listFolder(folder)).sort();
  if (segment === undefined && segments.length === 1) return segments[0];
  if (segment !== undefined && segments.includes(segment)) return segment;
  const known = segments.join(', ') || 'none';
  throw new Error(`${folder}: expected one of the segments ${known}, got ${segment ?? 'no name'}.`);
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new Error(`cannot read ${folder}: ${fileProblem(error)}.`, { cause: error });
  }
}

function meshUnit(vertices: Float32Array, where: string): (typeof units)[number] {
  const box = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
  vertices.forEach((value, i) => {
    box[i % 3] = Math.min(box[i % 3], value);
    box[3 + (i % 3)] = Math.max(box[3 + (i % 3)], value);
  });
  const diagonal = Math.hypot(box[3] - box[0], box[4] - box[1], box[5] - box[2]);
  const found = units.find(({ least }) => diagonal >= least && diagonal < least * 10);
  if (found) return found;
  throw new Error(`${where}: expected a head of 0.1 to 1 m across in mm, cm or m, got ${diagonal.toPrecision(3)}.`);
}

async function readVertices(path: string, count: number): Promise<Float32Array> {
  const bytes = await readFileBytes(path);
  if (bytes.length !== count * 4) {
    throw new Error(`${path}: expected ${count / 3} vertices of 12 bytes, got ${bytes.length} bytes.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true));
}

/** `[3, 4]` row-major. */
async function readTransform(path: string): Promise<number[]> {
  const words = new TextDecoder()
    .decode(await readFileBytes(path))
    .trim()
    .split(/\s+/);
  const values = words.map(Number);
  if (values.length === 12 && values.every(Number.isFinite)) return values;
  throw new Error(`${path}: expected 3 rows of 4 numbers, got ${words.length} words.`);
}

/** `x_world = Rf X + tf`, in metres. */
function toWorld(vertices: Float32Array, pose: number[], metres: number): Float32Array {
  const world = new Float32Array(vertices.length);
  for (let i = 0; i < vertices.length; i++) {
    const [row, first] = [(i % 3) * 4, i - (i % 3)];
    const turned =
      pose[row] * vertices[first] + pose[row + 1] * vertices[first + 1] + pose[row + 2] * vertices[first + 2];
    world[i] = metres * (turned + pose[row + 3]);
  }
  return world;
}
