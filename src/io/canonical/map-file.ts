import { type CanonicalMap } from '../../canonical/canonical-map.js';
import { type NpyArray } from '../../tensor/npy.js';
import { formatNpz } from '../../tensor/npz.js';

/** Bytes of an `.npz` file of one map, as `read-map-file.ts` reads it. */
export function formatMap({ width, height, values, mask, sigma, depth, imageFromMap }: CanonicalMap): Uint8Array {
  const plane = (data: Float32Array): NpyArray => ({ dtype: 'float32', shape: [height, width], data });
  return formatNpz({
    canonical: { dtype: 'float32', shape: [height, width, 3], data: values },
    mask: { dtype: 'uint8', shape: [height, width], data: mask },
    ...(sigma && { sigma: plane(sigma) }),
    ...(depth && { depth: plane(depth) }),
    image_from_map: { dtype: 'float64', shape: [2, 3], data: imageFromMap },
  });
}
