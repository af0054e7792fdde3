import { type Camera } from '../../geometry/camera.js';
import { makeCamera } from './make-camera.js';

/** Where a COLMAP camera model keeps fx, fy, cx, cy and its distortion k1, k2, p1, p2, k3, ... among its parameters. */
const models: Record<string, { intrinsics: number[]; distortion: number[] }> = {
  SIMPLE_PINHOLE: { intrinsics: [0, 0, 1, 2], distortion: [] },
  PINHOLE: { intrinsics: [0, 1, 2, 3], distortion: [] },
  SIMPLE_RADIAL: { intrinsics: [0, 0, 1, 2], distortion: [3] },
  RADIAL: { intrinsics: [0, 0, 1, 2], distortion: [3, 4] },
  OPENCV: { intrinsics: [0, 1, 2, 3], distortion: [4, 5, 6, 7] },
  FULL_OPENCV: { intrinsics: [0, 1, 2, 3], distortion: [4, 5, 6, 7, 8, 9, 10, 11] },
};

/**
 * A COLMAP model as text: intrinsics in `cameras.txt`, a pose per picture in `images.txt`; our pixels, the model's own
 * unit taken as metres. A picture is a camera called after its file, or after its folder where it lies in one.
 */
export function parseColmap(camerasText: string, imagesText: string, file: string): Camera[] {
  const intrinsics = new Map(contentLines(camerasText).map((words) => [words[0], words]));
  const cameras = new Map<string, Camera>();
  for (const words of contentLines(imagesText).filter(isImage)) {
    const id = cameraId(words.slice(9).join(' '));
    if (cameras.has(id)) continue;
    const stated = intrinsics.get(words[8]);
    if (!stated) throw new Error(`${file}: camera ${id}: expected the camera ${words[8]} in cameras.txt, got none.`);
    cameras.set(id, colmapCamera(id, stated, words.slice(1, 8).map(Number), file));
  }
  if (cameras.size === 0) throw new Error(`${file}: expected pictures in images.txt, got none.`);
  return [...cameras.values()];
}

function colmapCamera(id: string, words: string[], [w, x, y, z, tx, ty, tz]: number[], file: string): Camera {
  const [, name, width, height, ...rest] = words;
  const model = models[name];
  if (!model) {
    throw new Error(`${file}: camera ${id}: expected one of ${Object.keys(models).join(', ')}, got the model ${name}.`);
  }
  const [fx, fy, cx, cy] = model.intrinsics.map((i) => Number(rest[i]));
  const n = Math.hypot(w, x, y, z);
  const [a, b, c, d] = [w / n, x / n, y / n, z / n];
  return makeCamera(
    {
      id,
      width: Number(width),
      height: Number(height),
      K: [fx, 0, cx, 0, fy, cy, 0, 0, 1],
      distortion: model.distortion.map((i) => Number(rest[i])),
      worldToCamera: [
        [1 - 2 * (c * c + d * d), 2 * (b * c - a * d), 2 * (b * d + a * c), tx],
        [2 * (b * c + a * d), 1 - 2 * (b * b + d * d), 2 * (c * d - a * b), ty],
        [2 * (b * d - a * c), 2 * (c * d + a * b), 1 - 2 * (b * b + c * c), tz],
      ],
    },
    file,
  );
}

/** Lines of pictures alternate with lines of points; a picture's ends with a name. */
function isImage(words: string[]): boolean {
  return words.length >= 10 && Number.isNaN(Number(words[9]));
}

function cameraId(name: string): string {
  const folder = /^(?:.*[\\/])?([^\\/]+)[\\/][^\\/]+$/.exec(name)?.[1];
  return folder ?? name.replace(/\.[^.]*$/, '');
}

function contentLines(text: string): string[][] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/\s+/));
}
