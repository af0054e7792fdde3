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
