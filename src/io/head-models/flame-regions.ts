import { type HeadModel } from '../../flame/head-model.js';
import { intValues } from '../../tensor/npy-values.js';
import { eyeballVertices } from './eyeballs.js';
import { type ModelArrays } from './model-arrays.js';

/** Our regions as unions of FLAME's published vertex masks. */
const regionMasks: Record<string, string[]> = {
  face: ['face'],
  mouth: ['lips'],
  nose: ['nose'],
  eyes: ['eye_region'],
  ears: ['left_ear', 'right_ear'],
  scalp: ['scalp'],
  neck: ['neck', 'boundary'],
};

/** Weight of what is neither face nor ears in the alignment. */
const otherWeight = 0.005;

/** Eyeballs and skin, by the joints that the vertices follow. */
export function jointRegions(head: HeadModel): Record<string, Uint8Array> {
  const right = eyeballVertices(head, 'right_eye');
  const eyeballs = eyeballVertices(head, 'left_eye').map((inside, v) => inside | right[v]);
  return eyeballs.includes(1) ? { eyeballs, skin: eyeballs.map((inside) => 1 - inside) } : {};
}

/** Regions and vertex weights from a file of vertex indices by FLAME's names (`FLAME_masks.pkl`). */
export function readFlameRegions(
  masks: ModelArrays,
  vertexCount: number,
  where: string,
): Pick<HeadModel, 'regions' | 'vertexWeights'> {
  const regions: Record<string, Uint8Array> = {};
  for (const [region, names] of Object.entries(regionMasks)) {
    const present = names.filter((name) => name in masks);
    if (present.length === 0) continue;
    const inside = new Uint8Array(vertexCount);
    for (const vertex of present.flatMap((name) => [...intValues(masks[name], `${where}: ${name}`)])) {
      if (!(vertex >= 0 && vertex < vertexCount)) {
        throw new Error(`${where}: expected vertices below ${vertexCount}, got ${vertex}; masks of another model.`);
      }
      inside[vertex] = 1;
    }
    regions[region] = inside;
  }
  if (Object.keys(regions).length === 0) {
    throw new Error(`${where}: expected FLAME's vertex masks, got ${Object.keys(masks).slice(0, 12).join(', ')}.`);
  }
  const { face, ears } = regions;
  return {
    regions,
    ...(face && { vertexWeights: Float32Array.from(face, (x, v) => (x || ears?.[v] ? 1 : otherWeight)) }),
  };
}
