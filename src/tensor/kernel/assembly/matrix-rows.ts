/**
 * `rows_e = H basis_e` for each row e of a basis on N points, `H` a symmetric 3 x 3 matrix per point; single precision,
 * four points at a time.
 *
 * @param pointCount N, a multiple of four.
 * @param matrices `[6, N]` planes xx, xy, xz, yy, yz, zz.
 * @param basis first row, `[3, N]` planes x, y, z; `basisStride` bytes to the next.
 * @param rows first row of the result, the same; `rowStride` bytes to the next.
 */
export function matrixRows(
  pointCount: usize,
  rowCount: usize,
  matrices: usize,
  basis: usize,
  basisStride: usize,
  rows: usize,
  rowStride: usize,
): void {
  const plane = pointCount << 2;
  const end = matrices + plane;
  for (let e: usize = 0; e < rowCount; e++) {
    let from = basis + e * basisStride;
    let to = rows + e * rowStride;
    for (let at = matrices; at < end; at += 16) {
      const x = v128.load(from);
      const y = v128.load(from + plane);
      const z = v128.load(from + 2 * plane);
      const xy = v128.load(at + plane);
      const xz = v128.load(at + 2 * plane);
      const yz = v128.load(at + 4 * plane);
      const onX = f32x4.add(f32x4.mul(v128.load(at), x), f32x4.mul(xy, y));
      const onY = f32x4.add(f32x4.mul(xy, x), f32x4.mul(v128.load(at + 3 * plane), y));
      const onZ = f32x4.add(f32x4.mul(xz, x), f32x4.mul(yz, y));
      v128.store(to, f32x4.add(onX, f32x4.mul(xz, z)));
      v128.store(to + plane, f32x4.add(onY, f32x4.mul(yz, z)));
      v128.store(to + 2 * plane, f32x4.add(onZ, f32x4.mul(v128.load(at + 5 * plane), z)));
      from += 16;
      to += 16;
    }
  }
}
