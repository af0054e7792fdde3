import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { fileProblem } from '../read-file.js';
import { sortNaturally } from './frame-numbers.js';
import { isInMultiface, isMultifaceFolder, multifaceRate } from './multiface-folder.js';
import { imageEndings } from './read-image.js';
import { videoEndings } from './video-file.js';

/** Where the pictures of one camera are: image files, or a video. */
export interface CameraFiles {
  id: string;
  images?: string[];
  video?: string;
}

export interface FoundCameras {
  cameras: CameraFiles[];
  /** Frames per second where the layout tells; its frame numbers may count faster. */
  frameRate?: number;
  warnings: string[];
}

/** `cam_<serial>_<frame>`: how NeRSemble and VHAP name pictures of all cameras in one folder. */
const cameraInName = /^(cam_?\w+?)_\d+$/i;

/**
 * The cameras of an input: an image, a video, a folder of images, a folder with a folder or a video per camera, or one
 * that holds its pictures in `images`.
 */
export async function findCameras(path: string): Promise<FoundCameras> {
  const entry = await stat(path).catch((error: unknown) => {
    throw new Error(`cannot open ${path}: ${fileProblem(error)}.`, { cause: error });
  });
  if (entry.isDirectory()) {
    const frameRate = (await isInMultiface(path)) ? multifaceRate : undefined;
    return { ...(await folderCameras(path)), frameRate };
  }
  const id = stem(path);
  if (isImage(path)) return { cameras: [{ id, images: [path] }], warnings: [] };
  if (isVideo(path)) return { cameras: [{ id, video: path }], warnings: [] };
  const known = [...imageEndings, ...videoEndings].join(', ');
  throw new Error(
    `${path}: expected an image, a video or a folder (${known}), got a file that ends in '${extname(path)}'.`,
  );
}

async function folderCameras(path: string): Promise<FoundCameras> {
  // Beside its pictures a capture of Multiface keeps a texture, which is none of them.
  if (await isMultifaceFolder(path)) return folderCameras(join(path, 'images'));
  const { images, videos, folders } = await list(path);
  if (images.length > 0) {
    const warnings = videos.length > 0 ? [`${path}: the images are read, the videos beside them are not.`] : [];
    return { cameras: imageCameras(path, images), warnings };
  }
  const inner = folders.find((folder) => basename(folder) === 'images');
  if (inner) return folderCameras(inner);
  const withImages = await Promise.all(folders.map(async (folder) => ({ folder, content: await list(folder) })));
  const cameraFolders = withImages.filter(({ content }) => content.images.length > 0);
  const cameras = [
    ...videos.map((video) => ({ id: stem(video), video })),
    ...cameraFolders.map(({ folder, content }) => ({ id: basename(folder), images: content.images })),
  ];
  const twice = cameras.find(({ id }, i) => cameras.findIndex((camera) => camera.id === id) < i);
  if (twice) throw new Error(`${path}: expected one folder or video per camera, got two called ${twice.id}.`);
  if (cameras.length > 0) return { cameras: inOrder(cameras), warnings: [] };
  return deeperCameras(
    path,
    withImages.filter(({ content }) => content.folders.length > 0).map(({ folder }) => folder),
  );
}

/** A folder whose only sub-folder holds the cameras, as Multiface keeps them by segment. */
async function deeperCameras(path: string, folders: string[]): Promise<FoundCameras> {
  if (folders.length === 1) return folderCameras(folders[0]);
  if (folders.length > 1) {
    const names = folders.map((folder) => basename(folder)).join(', ');
    throw new Error(`${path}: expected one sequence, got several: ${names}. Give one of them.`);
  }
  throw new Error(`${path}: expected images, videos or a folder per camera, got none of them.`);
}

function imageCameras(path: string, images: string[]): CameraFiles[] {
  const byCamera = new Map<string, string[]>();
  for (const image of images) {
    const id = cameraInName.exec(stem(image))?.[1];
    if (id === undefined) return [{ id: basename(resolve(path)), images }];
    byCamera.set(id, [...(byCamera.get(id) ?? []), image]);
  }
  return inOrder([...byCamera].map(([id, files]) => ({ id, images: files })));
}

async function list(path: string): Promise<{ images: string[]; videos: string[]; folders: string[] }> {
  const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const names = sortNaturally(entries.map(({ name }) => name));
  const folderNames = new Set(await directories(path, entries));
  const files = names.filter((name) => !folderNames.has(name)).map((name) => join(path, name));
  return {
    images: files.filter(isImage),
    videos: files.filter(isVideo),
    folders: names.filter((name) => folderNames.has(name)).map((name) => join(path, name)),
  };
}

/** Names of sub-folders, links to folders included. */
async function directories(
  path: string,
  entries: { name: string; isDirectory(): boolean; isSymbolicLink(): boolean }[],
) {
  const checked = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isSymbolicLink()) return entry.isDirectory() && entry.name;
      return stat(join(path, entry.name)).then(
        (target) => target.isDirectory() && entry.name,
        () => false as const,
      );
    }),
  );
  return checked.filter((name) => name !== false);
}

function inOrder(cameras: CameraFiles[]): CameraFiles[] {
  const ids = sortNaturally(cameras.map(({ id }) => id));
  return ids.map((id) => cameras.find((camera) => camera.id === id)!);
}

function isImage(path: string): boolean {
  return imageEndings.includes(extname(path).slice(1).toLowerCase());
}

function isVideo(path: string): boolean {
  return videoEndings.includes(extname(path).slice(1).toLowerCase());
}

function stem(path: string): string {
  return basename(path, extname(path));
}
