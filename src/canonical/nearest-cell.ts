import { type CanonicalMap } from './canonical-map.js';
import { createBoxTree } from './box-tree.js';
import { sortAlongCurve } from './curve-order.js';
import { foregroundCells } from './map-points.js';

/** Finds the foreground cell of one map that is nearest to a point of the canonical space. */
export interface NearestCell {
  /** `[N]` the foreground cells, neighbours in canonical space near one another: the order in which to ask another map. */
  order: Int32Array;
  /**
   * @param hint a cell that may be near: the answer does not depend on it, its time does. -1 for none.
   * @returns the cell with the least distance, the first of several; -1 where none is within reach.
   */
  find(x: number, y: number, z: number, hint: number, reach: number): number;
  /** Squared canonical distance of the cell found last; Infinity where there was none. */
  squaredDistance: number;
}

/**
 * Prepares a map for nearest-neighbour queries in canonical space.
 *
 * The foreground is put in the order of a space-filling curve, and a tree of boxes is laid over it. A query goes down
 * where a box is no farther than the best cell so far.
 */
export function createNearestCell({ values, mask }: Pick<CanonicalMap, 'values' | 'mask'>): NearestCell {
  const order = sortAlongCurve(values, foregroundCells({ mask }));
  const points = new Float32Array(order.length * 3);
  for (let n = 0; n < order.length; n++) {
    for (let a = 0; a < 3; a++) points[n * 3 + a] = values[order[n] * 3 + a];
  }
  const { boxes, first, end: ends, leafCount, nodeCount } = createBoxTree(points);
  const stack = new Int32Array(128);

  const result: NearestCell = {
    order,
    squaredDistance: Infinity,
    find(x, y, z, hint, reach) {
      let bestCell = -1;
      let best = reach * reach;
      if (hint >= 0 && mask[hint]) {
        const dx = values[hint * 3] - x;
        const dy = values[hint * 3 + 1] - y;
        const dz = values[hint * 3 + 2] - z;
        const squared = dx * dx + dy * dy + dz * dz;
        if (squared <= best) {
          best = squared;
          bestCell = hint;
        }
      }
      let depth = 0;
      if (nodeCount > 0) stack[depth++] = nodeCount - 1;
      while (depth > 0) {
        const node = stack[--depth];
        const o = node * 6;
        // Comparisons are with what may have become nearer since the node was put on the stack.
        const lx = boxes[o] - x;
        const hx = x - boxes[o + 3];
        const ly = boxes[o + 1] - y;
        const hy = y - boxes[o + 4];
        const lz = boxes[o + 2] - z;
        const hz = z - boxes[o + 5];
        const dx = lx > 0 ? lx : hx > 0 ? hx : 0;
        const dy = ly > 0 ? ly : hy > 0 ? hy : 0;
        const dz = lz > 0 ? lz : hz > 0 ? hz : 0;
        if (dx * dx + dy * dy + dz * dz > best) continue;
        const end = ends[node];
        if (node >= leafCount) {
          for (let child = first[node]; child < end; child++) stack[depth++] = child;
          continue;
        }
        for (let n = first[node]; n < end; n++) {
          const px = points[n * 3] - x;
          const py = points[n * 3 + 1] - y;
          const pz = points[n * 3 + 2] - z;
          const squared = px * px + py * py + pz * pz;
          if (squared > best || (squared === best && bestCell >= 0 && order[n] >= bestCell)) continue;
          best = squared;
          bestCell = order[n];
        }
      }
      result.squaredDistance = bestCell < 0 ? Infinity : best;
      return bestCell;
    },
  };
  return result;
}
