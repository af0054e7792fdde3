import { type SurfacePoints } from './surface-points.js';

/** A mesh whose vertices are points of another mesh's surface. */
export interface SurfaceMesh {
  /** `[N]` points of the other surface. */
  points: SurfacePoints;
  /** `[T, 3]`, counter-clockwise from outside. */
  faces: Int32Array;
}

/** Sides of triangles by their two ends; a side belongs to one triangle in each direction. */
class Sides {
  private readonly corners = new Map<number, number>();
  constructor(
    private readonly faces: ArrayLike<number>,
    triangles: Int32Array,
    private readonly stride: number,
  ) {
    for (const triangle of triangles) {
      for (let k = 0; k < 3; k++) {
        this.corners.set(this.key(faces[triangle * 3 + k], faces[triangle * 3 + ((k + 1) % 3)]), triangle * 3 + k);
      }
    }
  }

  /** The corner `3 triangle + k` where the side begins, or `undefined` where there is no such side. */
  corner(from: number, to: number): number | undefined {
    return this.corners.get(this.key(from, to));
  }

  /** The vertex `step` corners after a corner, in its triangle. */
  vertex(corner: number, step: number): number {
    return this.faces[corner - (corner % 3) + ((corner + step) % 3)];
  }

  private key(from: number, to: number): number {
    return from * this.stride + to;
  }
}

/**
 * The dual of a triangle mesh: a vertex in the middle of each triangle, a polygon around each old vertex, cut into a
 * fan. No side of the old mesh is left and all new vertices lie on the old surface; borders keep their line.
 *
 * @param faces `[T, 3]`, oriented alike on both sides of every edge.
 * @param triangles which of them take part.
 */
export function dualMesh(faces: ArrayLike<number>, triangles: Int32Array): SurfaceMesh {
  let stride = 0;
  for (let f = 0; f < faces.length; f++) stride = Math.max(stride, faces[f] + 1);
  const sides = new Sides(faces, triangles, stride);
  const pointFaces: number[] = [];
  const barycentric: number[] = [];
  const addPoint = (triangle: number, weights: number[]) => {
    pointFaces.push(triangle);
    barycentric.push(...weights);
    return pointFaces.length - 1;
  };
  const middles = new Map(Array.from(triangles, (triangle) => [triangle, addPoint(triangle, [1 / 3, 1 / 3, 1 / 3])]));
  /** A point of a corner's triangle with weights from that corner on. */
  const atCorner = (corner: number, weights: number[]) =>
    addPoint(
      (corner - (corner % 3)) / 3,
      [0, 1, 2].map((k) => weights[(k - (corner % 3) + 3) % 3]),
    );
  const borderMiddles = new Map<number, number>();
  /** The middle of the border side that begins at a corner. */
  const borderMiddle = (corner: number) => {
    if (!borderMiddles.has(corner)) borderMiddles.set(corner, atCorner(corner, [0.5, 0.5, 0]));
    return borderMiddles.get(corner)!;
  };
  const isBorder = (corner: number) => sides.corner(sides.vertex(corner, 1), sides.vertex(corner, 0)) === undefined;
  const result: number[] = [];
  const visited = new Set<number>();
  const walk = (start: number) => {
    const ring: number[] = [];
    if (isBorder(start)) ring.push(atCorner(start, [1, 0, 0]), borderMiddle(start));
    for (let corner: number | undefined = start; corner !== undefined && !visited.has(corner);) {
      visited.add(corner);
      ring.push(middles.get((corner - (corner % 3)) / 3)!);
      const next: number | undefined = sides.corner(sides.vertex(corner, 0), sides.vertex(corner, 2));
      // The side that ends at the vertex begins two corners on.
      if (next === undefined) ring.push(borderMiddle(corner - (corner % 3) + ((corner + 2) % 3)));
      corner = next;
    }
    for (let k = 2; k < ring.length; k++) result.push(ring[0], ring[k - 1], ring[k]);
  };
  const corners = Array.from(triangles).flatMap((triangle) => [0, 1, 2].map((k) => triangle * 3 + k));
  for (const corner of corners) if (isBorder(corner)) walk(corner);
  for (const corner of corners) if (!visited.has(corner)) walk(corner);
  return {
    points: { faces: Int32Array.from(pointFaces), barycentric: Float32Array.from(barycentric) },
    faces: Int32Array.from(result),
  };
}
