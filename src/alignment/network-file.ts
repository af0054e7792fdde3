import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of a network in `assets/face-landmarks`, found from the sources as well as from the compiled package. */
export function faceNetworkFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, 'assets', 'face-landmarks', name);
    if (existsSync(file)) return file;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`faceNetworkFile: expected ${name} in the package's assets, got none.`);
    folder = parent;
  }
}
