import { type CanonicalMap } from '../../canonical/canonical-map.js';
import { imageFromMap } from '../../canonical/map-points.js';
import { type RgbImage } from '../../geometry/image.js';

/**
 * Leaves of a map's foreground what a mask of its picture has too: what is brighter than the middle, at any size of the
 * mask.
 */
export function applyMask(map: CanonicalMap, mask: RgbImage, image: { width: number; height: number }): CanonicalMap {
  const [right, down] = [mask.width / image.width, mask.height / image.height];
  const own = map.mask.slice();
  for (let cell = 0; cell < own.length; cell++) {
    if (!own[cell]) continue;
    const [x, y] = imageFromMap(map, (cell % map.width) + 0.5, Math.floor(cell / map.width) + 0.5);
    const [column, row] = [Math.floor(x * right), Math.floor(y * down)];
    const inside = column >= 0 && row >= 0 && column < mask.width && row < mask.height;
    if (!inside || mask.data[(row * mask.width + column) * 3] < 128) own[cell] = 0;
  }
  return { ...map, mask: own };
}
