import { join } from 'node:path';
import { triangulateMaps, type TriangulateMapsOptions } from '../../canonical/triangulate-maps.js';
import { sampleColour } from '../../canonical/warp-picture.js';
import { readCalibration } from '../../io/calibration.js';
import { readCanonical } from '../../io/canonical/read-canonical.js';
import { formatPointCloud } from '../../io/mesh/point-cloud.js';
import { openSequence } from '../../io/open-sequence.js';
import { type FrameRange } from '../../io/sequence/join-frames.js';
import { makeFolder, writeFileAtomic } from '../../io/write-file.js';
import { type CanonicalOptions } from './pictures.js';

export interface TriangulateOptions extends CanonicalOptions, TriangulateMapsOptions {
  /** A folder with one folder or video per camera. */
  input: string;
  /** Calibration file. */
  cams: string;
  frames?: FrameRange;
}

/** Points of a frame, and how well the views agree on them. */
export interface CloudSummary {
  frame: number;
  points: number;
  /** Pixels: the largest reprojection error of a track, its median over the tracks. */
  medianReprojectionPx: number;
}

/** Triangulates every frame of a calibrated input; writes `cloud_<frame>.ply` with the first view's colours. */
export async function triangulateInput(options: TriangulateOptions): Promise<{ out: string; clouds: CloudSummary[] }> {
  const { input, cams, frames, out, maps: source, masks, face, device, signal, onProgress } = options;
  const sequence = await openSequence(input, { cameras: await readCalibration(cams), frames });
  try {
    if (sequence.viewCount < 2) {
      throw new Error(`${input}: expected at least two calibrated cameras, got ${sequence.viewCount}.`);
    }
    await makeFolder(out);
    const canonical = await readCanonical(source, sequence, { masks, face, device, signal, onProgress });
    const clouds: CloudSummary[] = [];
    const { viewCount, frameNumbers } = sequence;
    for (const [frame, number] of frameNumbers.entries()) {
      signal?.throwIfAborted();
      const maps = canonical.maps.slice(frame * viewCount, (frame + 1) * viewCount);
      const cloud = triangulateMaps(maps, sequence.cameras!, options);
      const colours = new Uint8Array(cloud.views.length * 3);
      for (let view = 0; view < viewCount; view++) {
        const own = Array.from(cloud.views.keys()).filter((n) => cloud.views[n] === view);
        const image = own.length > 0 ? await sequence.read(frame, view) : undefined;
        if (!image) continue;
        for (const n of own) sampleColour(image, cloud.pixels[n * 2], cloud.pixels[n * 2 + 1], colours, n * 3);
      }
      const name = `cloud_${String(number).padStart(6, '0')}.ply`;
      await writeFileAtomic(join(out, name), formatPointCloud(cloud.points, colours));
      const errors = Float32Array.from(cloud.errors).sort();
      clouds.push({
        frame: number,
        points: errors.length,
        medianReprojectionPx: errors[errors.length >> 1] ?? NaN,
      });
    }
    return { out, clouds };
  } finally {
    await sequence.close();
  }
}
