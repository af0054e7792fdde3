import { type SurfacePoints } from './surface-points.js';

/** Points of a surface nearest to query points. */
export interface NearestSurfacePoints extends SurfacePoints {
  /** `[N, 3]` the points on the surface, in the vertices' frame and unit. */
  positions: Float64Array;
  /** `[N]` distances to them. */
  distances: Float64Array;
}

export interface NearestOptions {
  /** Which triangles may answer for which points; default all. */
  accepts?: (point: number, face: number) => boolean;
  /** Farthest answer, in the vertices' unit; default any. */
  reach?: number;
}

const LEAF_SIZE = 4;

/** A bounding volume hierarchy in flat arrays: node k's children are `left[k]` and `left[k] + 1`; leaves have -1. */
interface Hierarchy {
  /** `[K, 6]` lower and upper corner of each node's box. */
  boxes: Float64Array;
  left: Int32Array;
  /** First triangle of a leaf in `order`, and how many. */
  first: Int32Array;
  size: Int32Array;
  order: Int32Array;
}

/** Lower and upper corner of some triangles. */
function boundTriangles(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  order: Int32Array,
  box: Float64Array,
): void {
  box.fill(Infinity, 0, 3);
  box.fill(-Infinity, 3, 6);
  for (const face of order) {
    for (let corner = 0; corner < 3; corner++) {
      for (let a = 0; a < 3; a++) {
        const value = vertices[faces[face * 3 + corner] * 3 + a];
        if (value < box[a]) box[a] = value;
        if (value > box[3 + a]) box[3 + a] = value;
      }
    }
  }
}

function buildHierarchy(vertices: ArrayLike<number>, faces: ArrayLike<number>): Hierarchy {
  const faceCount = faces.length / 3;
  const capacity = Math.max(1, 2 * faceCount);
  const order = Int32Array.from({ length: faceCount }, (_, f) => f);
  const boxes = new Float64Array(capacity * 6);
  const [left, first, size] = [new Int32Array(capacity).fill(-1), new Int32Array(capacity), new Int32Array(capacity)];
  const centre = (face: number, axis: number) =>
    vertices[faces[face * 3] * 3 + axis] +
    vertices[faces[face * 3 + 1] * 3 + axis] +
    vertices[faces[face * 3 + 2] * 3 + axis];
  size[0] = faceCount;
  let nodeCount = 1;
  for (let node = 0; node < nodeCount; node++) {
    const members = order.subarray(first[node], first[node] + size[node]);
    const box = boxes.subarray(node * 6, node * 6 + 6);
    boundTriangles(vertices, faces, members, box);
    if (size[node] <= LEAF_SIZE) continue;
    const extents = [0, 1, 2].map((a) => box[3 + a] - box[a]);
    const axis = extents.indexOf(Math.max(...extents));
    members.sort((p, q) => centre(p, axis) - centre(q, axis));
    const half = size[node] >> 1;
    left[node] = nodeCount;
    [first[nodeCount], size[nodeCount]] = [first[node], half];
    [first[nodeCount + 1], size[nodeCount + 1]] = [first[node] + half, size[node] - half];
    nodeCount += 2;
  }
  return { boxes, left, first, size, order };
}

/** Squared distance of a point to a node's box. */
function boxDistance(boxes: Float64Array, node: number, x: number, y: number, z: number): number {
  const o = node * 6;
  const dx = Math.max(boxes[o] - x, 0, x - boxes[o + 3]);
  const dy = Math.max(boxes[o + 1] - y, 0, y - boxes[o + 4]);
  const dz = Math.max(boxes[o + 2] - z, 0, z - boxes[o + 5]);
  return dx * dx + dy * dy + dz * dz;
}

/** Fraction along the segment from p (at 0) to p + e (at 1) nearest to the point at offset d from p. */
function segmentFraction(dDotE: number, eDotE: number): number {
  return eDotE > 0 ? Math.min(1, Math.max(0, dDotE / eDotE)) : 0;
}

/**
 * Nearest point of a triangle `a + s u + t v`: the plane's foot where it lies inside, else the best of the three sides.
 *
 * Writes s, t and the squared distance to `out`.
 */
function nearestOnTriangle(d: Float64Array, u: Float64Array, v: Float64Array, out: Float64Array): void {
  const uu = u[0] * u[0] + u[1] * u[1] + u[2] * u[2];
  const uv = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  const vv = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
  const du = d[0] * u[0] + d[1] * u[1] + d[2] * u[2];
  const dv = d[0] * v[0] + d[1] * v[1] + d[2] * v[2];
  const dd = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
  const determinant = uu * vv - uv * uv;
  const s = (vv * du - uv * dv) / determinant;
  const t = (uu * dv - uv * du) / determinant;
  if (determinant > 0 && s >= 0 && t >= 0 && s + t <= 1) {
    out[0] = s;
    out[1] = t;
    out[2] = Math.max(0, dd + s * s * uu + t * t * vv + 2 * s * t * uv - 2 * s * du - 2 * t * dv);
    return;
  }
  // Called for every triangle of every query: the three sides are written out, as loops over pairs cost allocations.
  const alongU = segmentFraction(du, uu);
  out[0] = alongU;
  out[1] = 0;
  out[2] = Math.max(0, dd + alongU * (alongU * uu - 2 * du));
  const alongV = segmentFraction(dv, vv);
  const onV = Math.max(0, dd + alongV * (alongV * vv - 2 * dv));
  if (onV < out[2]) {
    out[0] = 0;
    out[1] = alongV;
    out[2] = onV;
  }
  const y = segmentFraction(uu - uv + dv - du, uu - 2 * uv + vv);
  const x = 1 - y;
  const across = Math.max(0, dd + x * x * uu + y * y * vv + 2 * x * y * uv - 2 * x * du - 2 * y * dv);
  if (across < out[2]) {
    out[0] = x;
    out[1] = y;
    out[2] = across;
  }
}

/**
 * Prepares a mesh for nearest-point queries (a bounding volume hierarchy over its triangles).
 *
 * @param vertices `[V, 3]`.
 * @param faces `[T, 3]`, T >= 1.
 * @returns a function of points `[N, 3]` in the vertices' frame. Where not every triangle may answer for a point, or none
 *   beyond a reach, a point without an answer has triangle -1 and distance NaN.
 */
export function createNearestSurfacePoint(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
): (points: ArrayLike<number>, options?: NearestOptions) => NearestSurfacePoints {
  if (faces.length < 3) throw new Error('createNearestSurfacePoint: expected at least one triangle, got none.');
  const { boxes, left, first, size, order } = buildHierarchy(vertices, faces);
  const [d, u, v, local] = [0, 1, 2, 3].map(() => new Float64Array(3));
  // Nodes to visit, and their boxes' squared distances.
  const stack = new Int32Array(128);
  const away = new Float64Array(128);

  const nearest = (
    [x, y, z]: [number, number, number],
    best: Float64Array,
    reach: number,
    accepts?: (face: number) => boolean,
  ): number => {
    let bestFace = -1;
    let depth = 1;
    best[2] = reach * reach;
    stack[0] = 0;
    away[0] = boxDistance(boxes, 0, x, y, z);
    while (depth > 0) {
      const node = stack[--depth];
      if (away[depth] >= best[2]) continue;
      if (left[node] >= 0) {
        const near = boxDistance(boxes, left[node], x, y, z);
        const far = boxDistance(boxes, left[node] + 1, x, y, z);
        // The nearer one goes on top.
        const swap = near > far ? 0 : 1;
        stack[depth] = left[node] + swap;
        away[depth++] = swap ? far : near;
        stack[depth] = left[node] + 1 - swap;
        away[depth++] = swap ? near : far;
        continue;
      }
      for (let i = first[node]; i < first[node] + size[node]; i++) {
        const face = order[i];
        const a = faces[face * 3] * 3;
        const b = faces[face * 3 + 1] * 3;
        const c = faces[face * 3 + 2] * 3;
        d[0] = x - vertices[a];
        d[1] = y - vertices[a + 1];
        d[2] = z - vertices[a + 2];
        for (let axis = 0; axis < 3; axis++) {
          u[axis] = vertices[b + axis] - vertices[a + axis];
          v[axis] = vertices[c + axis] - vertices[a + axis];
        }
        nearestOnTriangle(d, u, v, local);
        if (local[2] < best[2] && (!accepts || accepts(face))) {
          best[0] = local[0];
          best[1] = local[1];
          best[2] = local[2];
          bestFace = face;
        }
      }
    }
    return bestFace;
  };

  return (points, { accepts, reach = Infinity } = {}) => {
    const count = points.length / 3;
    const result: NearestSurfacePoints = {
      faces: new Int32Array(count),
      barycentric: new Float32Array(count * 3),
      positions: new Float64Array(count * 3),
      distances: new Float64Array(count),
    };
    const best = new Float64Array(3);
    for (let n = 0; n < count; n++) {
      const point: [number, number, number] = [points[n * 3], points[n * 3 + 1], points[n * 3 + 2]];
      const face = nearest(point, best, reach, accepts && ((candidate) => accepts(n, candidate)));
      if (face < 0) {
        if (!point.every(Number.isFinite)) {
          throw new Error(`nearest surface point: expected finite points, got point ${n} with NaN.`);
        }
        result.faces[n] = -1;
        result.distances[n] = NaN;
        result.positions.fill(NaN, n * 3, n * 3 + 3);
        continue;
      }
      const weights = [1 - best[0] - best[1], best[0], best[1]];
      result.faces[n] = face;
      result.distances[n] = Math.sqrt(best[2]);
      weights.forEach((weight, corner) => {
        result.barycentric[n * 3 + corner] = weight;
        const vertex = faces[face * 3 + corner] * 3;
        for (let a = 0; a < 3; a++) result.positions[n * 3 + a] += weight * vertices[vertex + a];
      });
    }
    return result;
  };
}
