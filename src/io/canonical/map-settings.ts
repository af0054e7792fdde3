import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { type CanonicalSpace } from '../../canonical/canonical-map.js';
import { readJsonFile } from '../read-file.js';

export const settingsFile = 'canonical.json';
export const settingsFormat = 'flowfit-canonical/1';

/** What the files of a folder mean: its `canonical.json`. */
export interface MapSettings {
  space: CanonicalSpace;
  /** What the coordinates in the files are multiplied by. */
  scale: number;
  /** Least `confidence` of the foreground. */
  leastConfidence: number;
}

const defaults: MapSettings = { space: 'unit-cube', scale: 1, leastConfidence: 0.5 };

/** The settings of a folder of maps; those of the unit cube where it has none. */
export async function readMapSettings(folder: string): Promise<MapSettings> {
  const path = join(folder, settingsFile);
  if (!existsSync(path)) return defaults;
  const content = await readJsonFile(path);
  const { format, space, scale, leastConfidence } = { ...defaults, ...(content as object) } as MapSettings & {
    format?: string;
  };
  if (format !== settingsFormat) {
    throw new Error(`${path}: expected the format ${settingsFormat}, got '${String(format)}'.`);
  }
  if (space !== 'unit-cube' && space !== 'flame-centred') {
    throw new Error(`${path}: expected the space unit-cube or flame-centred, got '${String(space)}'.`);
  }
  if (!(Number.isFinite(scale) && scale > 0)) {
    throw new Error(`${path}: expected a scale above 0, got ${String(scale)}.`);
  }
  if (!Number.isFinite(leastConfidence)) {
    throw new Error(`${path}: expected leastConfidence as a number, got ${String(leastConfidence)}.`);
  }
  return { space, scale, leastConfidence };
}
