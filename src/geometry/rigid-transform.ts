/** A rigid motion `x -> R x + t`. */
export interface RigidTransform {
  /** `[3, 3]` row-major. */
  rotation: Float64Array;
  /** `[3]`, metres. */
  translation: Float64Array;
}

/** Applies a rigid motion to points `[N, 3]`. */
export function transformPoints(
  { rotation: r, translation: t }: RigidTransform,
  points: ArrayLike<number>,
): Float32Array {
  const moved = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
    for (let row = 0; row < 3; row++) {
      moved[i + row] = r[row * 3] * x + r[row * 3 + 1] * y + r[row * 3 + 2] * z + t[row];
    }
  }
  return moved;
}

/** The motion back. */
export function invertRigid({ rotation: r, translation: t }: RigidTransform): RigidTransform {
  return {
    rotation: Float64Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]),
    translation: Float64Array.from([0, 1, 2], (a) => -(r[a] * t[0] + r[3 + a] * t[1] + r[6 + a] * t[2])),
  };
}

/** The row-major `[4, 4]` matrix of a rigid motion. */
export function rigidMatrix({ rotation: r, translation: t }: RigidTransform): Float64Array {
  return Float64Array.of(r[0], r[1], r[2], t[0], r[3], r[4], r[5], t[1], r[6], r[7], r[8], t[2], 0, 0, 0, 1);
}
