/**
 * Bytes of a binary PLY file of points.
 *
 * @param points `[N, 3]`.
 * @param colours `[N, 3]` sRGB; none where absent.
 */
export function formatPointCloud(points: ArrayLike<number>, colours?: Uint8Array): Uint8Array {
  const count = points.length / 3;
  const header = [
    'ply',
    'format binary_little_endian 1.0',
    `element vertex ${count}`,
    ...['x', 'y', 'z'].map((axis) => `property float ${axis}`),
    ...(colours ? ['red', 'green', 'blue'].map((channel) => `property uchar ${channel}`) : []),
    'end_header\n',
  ].join('\n');
  const start = header.length;
  const stride = colours ? 15 : 12;
  const bytes = new Uint8Array(start + count * stride);
  bytes.set(new TextEncoder().encode(header));
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < count; n++) {
    const at = start + n * stride;
    for (let a = 0; a < 3; a++) view.setFloat32(at + a * 4, points[n * 3 + a], true);
    if (colours) bytes.set(colours.subarray(n * 3, n * 3 + 3), at + 12);
  }
  return bytes;
}
