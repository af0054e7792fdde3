import { type Camera } from '../geometry/camera.js';
import { faceAreas, faceAreaVectors } from '../geometry/mesh.js';
import { rasterise } from '../geometry/rasterise.js';

/** Directions from which a mesh is looked at, and the side of the pictures, pixels. */
const [directionCount, size] = [60, 512];

/** How far away the camera stands, in radii of the mesh. */
const distanceInRadii = 8;

/** Points spread evenly over the unit sphere (Fibonacci). */
function directions(): number[][] {
  const golden = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: directionCount }, (_, k) => {
    const y = 1 - (2 * k + 1) / directionCount;
    const radius = Math.sqrt(1 - y * y);
    return [radius * Math.cos(k * golden), y, radius * Math.sin(k * golden)];
  });
}

/** A camera that looks at a sphere from a direction. */
function lookAt(centre: number[], radius: number, [x, y, z]: number[]): Camera {
  const forward = [-x, -y, -z];
  const helper = Math.abs(y) < 0.9 ? [0, 1, 0] : [1, 0, 0];
  const cross = (a: number[], b: number[]) => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const across = cross(helper, forward);
  const length = Math.hypot(...across);
  const right = across.map((value) => value / length);
  const down = cross(forward, right);
  const distance = distanceInRadii * radius;
  const rows = [right, down, forward].map((row, k) => {
    const shift = -row.reduce((sum, value, a) => sum + value * centre[a], 0) + (k === 2 ? distance : 0);
    return [...row, shift];
  });
  const focal = (0.49 * size * distance) / (radius * 1.02);
  return {
    id: 'outside',
    width: size,
    height: size,
    K: Float64Array.of(focal, 0, size / 2, 0, focal, size / 2, 0, 0, 1),
    cameraFromWorld: Float64Array.from([...rows.flat(), 0, 0, 0, 1]),
    distortion: new Float64Array(5),
  };
}

/**
 * Which vertices of a mesh can be seen from outside: those of the triangles that show their front in some picture taken
 * around it. Through a hole (the foot of a neck) one looks at the backs of skin, which hide what is behind them.
 *
 * @param vertices `[V, 3]`.
 * @param faces `[T, 3]`, counter-clockwise from outside.
 * @returns `[V]` 0 or 1.
 */
export function seenFromOutside(vertices: ArrayLike<number>, faces: Int32Array): Uint8Array {
  const count = vertices.length / 3;
  const centre = [0, 0, 0];
  for (let i = 0; i < vertices.length; i++) centre[i % 3] += vertices[i] / count;
  let radius = 0;
  for (let i = 0; i < vertices.length; i += 3) {
    radius = Math.max(radius, Math.hypot(...centre.map((value, a) => vertices[i + a] - value)));
  }
  const areas = faceAreaVectors(vertices, faces);
  const seen = new Uint8Array(count);
  for (const direction of directions()) {
    const camera = lookAt(centre, radius, direction);
    const eye = centre.map((value, a) => value + distanceInRadii * radius * direction[a]);
    const { faceIndex } = rasterise(vertices, faces, camera, { near: radius, cullBackFaces: false });
    const shown = new Uint8Array(faces.length / 3);
    for (const face of faceIndex) if (face >= 0) shown[face] = 1;
    shown.forEach((isShown, face) => {
      if (!isShown) return;
      const towards = [0, 1, 2].reduce(
        (sum, a) => sum + areas[face * 3 + a] * (eye[a] - vertices[faces[face * 3] * 3 + a]),
        0,
      );
      if (towards > 0) for (let k = 0; k < 3; k++) seen[faces[face * 3 + k]] = 1;
    });
  }
  return seen;
}

/**
 * Which vertices belong to a large piece of a mesh: the connected pieces that hold at least a share of the area seen.
 * Eyeballs, lashes and tear films are pieces of their own, and small.
 *
 * @param seen `[V]` see {@link seenFromOutside}.
 * @returns `[V]` 0 or 1.
 */
export function largePieces(
  vertices: ArrayLike<number>,
  faces: Int32Array,
  seen: Uint8Array,
  share = 0.05,
): Uint8Array {
  const parent = Int32Array.from({ length: seen.length }, (_, v) => v);
  const root = (v: number): number => {
    while (parent[v] !== v) v = parent[v] = parent[parent[v]];
    return v;
  };
  faces.forEach((vertex, corner) => (parent[root(vertex)] = root(faces[corner - (corner % 3)])));
  const area = new Float64Array(seen.length);
  let total = 0;
  faceAreas(vertices, faces).forEach((value, f) => {
    if (![0, 1, 2].every((k) => seen[faces[f * 3 + k]] === 1)) return;
    area[root(faces[f * 3])] += value;
    total += value;
  });
  return seen.map((_, v) => (area[root(v)] >= share * total ? 1 : 0));
}
