/** Points of a leaf, and children of a node above. */
const [leafSize, arity] = [8, 4];

/** Boxes around points that stand in an order in which neighbours are near one another, and boxes around those. */
export interface BoxTree {
  /** `[K, 6]` lower and upper corners: the leaves, the level above them, and so on; the last node is the root. */
  boxes: Float32Array;
  /** `[K]` a leaf's first point, another node's first child; and the one after their last. */
  first: Int32Array;
  end: Int32Array;
  leafCount: number;
  nodeCount: number;
}

/**
 * Lays a tree over points: eight in order are a leaf, four nodes in order have one above them.
 *
 * @param points `[N, 3]`.
 */
export function createBoxTree(points: Float32Array): BoxTree {
  const count = points.length / 3;
  const sizes = [Math.ceil(count / leafSize)];
  while (sizes[sizes.length - 1] > 1) sizes.push(Math.ceil(sizes[sizes.length - 1] / arity));
  const nodeCount = sizes.reduce((sum, size) => sum + size, 0);
  const tree: BoxTree = {
    boxes: new Float32Array(nodeCount * 6),
    first: new Int32Array(nodeCount),
    end: new Int32Array(nodeCount),
    leafCount: sizes[0],
    nodeCount,
  };
  const { boxes, first, end } = tree;
  for (let leaf = 0; leaf < sizes[0]; leaf++) {
    first[leaf] = leaf * leafSize;
    end[leaf] = Math.min(count, first[leaf] + leafSize);
    bound(boxes, leaf, points, 3, first[leaf], end[leaf]);
  }
  let [below, node] = [0, sizes[0]];
  for (let level = 1; level < sizes.length; level++) {
    const above = below + sizes[level - 1];
    for (let k = 0; k < sizes[level]; k++, node++) {
      first[node] = below + k * arity;
      end[node] = Math.min(above, first[node] + arity);
      bound(boxes, node, boxes, 6, first[node], end[node]);
    }
    below = above;
  }
  return tree;
}

/** Writes a node's box: around points, of stride 3, or around boxes, of stride 6. */
function bound(
  boxes: Float32Array,
  node: number,
  members: Float32Array,
  stride: 3 | 6,
  from: number,
  to: number,
): void {
  for (let a = 0; a < 3; a++) {
    let low = Infinity;
    let high = -Infinity;
    for (let n = from; n < to; n++) {
      const [least, most] = [members[n * stride + a], members[n * stride + stride - 3 + a]];
      if (least < low) low = least;
      if (most > high) high = most;
    }
    boxes[node * 6 + a] = low;
    boxes[node * 6 + 3 + a] = high;
  }
}
