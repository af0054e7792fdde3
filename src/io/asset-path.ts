import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageName = 'flowfit';
let root: string | undefined;

/** Path of a file under `assets/`, wherever the package is installed, from the sources as from the build. */
export function assetPath(...parts: string[]): string {
  root ??= findPackageRoot(dirname(fileURLToPath(import.meta.url)));
  return join(root, 'assets', ...parts);
}

/** The nearest folder above whose package.json is ours. */
function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (isOurPackage(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(`assets: expected a package.json of ${packageName} above ${start}, got none.`);
    }
  }
}

function isOurPackage(path: string): boolean {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).name === packageName;
  } catch {
    return false;
  }
}
