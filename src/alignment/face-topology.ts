import { readFileSync } from 'node:fs';
import { faceNetworkFile } from './network-file.js';

export type LandmarkRegion = 'eyelids' | 'brows' | 'iris' | 'lips' | 'nose' | 'contour' | 'skin';

/** How the 478 landmarks hang together. */
export interface FaceTopology {
  /** `[898, 3]`, counter-clockwise from outside; the iris points belong to none. */
  triangles: Int32Array;
  /** `[478]` the landmark on the other side. */
  mirror: Int32Array;
  /** `[478]`. */
  regions: LandmarkRegion[];
}

let cached: FaceTopology | undefined;

export function faceTopology(): FaceTopology {
  cached ??= readTopology();
  return cached;
}

function readTopology(): FaceTopology {
  const file = JSON.parse(readFileSync(faceNetworkFile('topology.json'), 'utf8')) as {
    triangles: number[];
    mirror: number[];
    regions: Record<LandmarkRegion, number[]>;
  };
  const regions: LandmarkRegion[] = [];
  for (const [region, members] of Object.entries(file.regions)) {
    for (const i of members) regions[i] = region as LandmarkRegion;
  }
  return { triangles: Int32Array.from(file.triangles), mirror: Int32Array.from(file.mirror), regions };
}
