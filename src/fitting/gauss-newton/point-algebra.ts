import { type PointRange } from './point-motion.js';

/** `force_n = H_n column_n` of each point of a range; `H [N, 6]`. */
export function timesHessian(
  H: Float64Array,
  column: Float64Array,
  force: Float64Array,
  { start, end }: PointRange,
): void {
  for (let n = start * 6, i = start * 3; i < end * 3; n += 6, i += 3) {
    const x = column[i];
    const y = column[i + 1];
    const z = column[i + 2];
    force[i] = H[n] * x + H[n + 1] * y + H[n + 2] * z;
    force[i + 1] = H[n + 1] * x + H[n + 3] * y + H[n + 4] * z;
    force[i + 2] = H[n + 2] * x + H[n + 4] * y + H[n + 5] * z;
  }
}

/** Sum over the points that two ranges share. */
export function dot(a: Float64Array, b: Float64Array, range: PointRange, other: PointRange = range): number {
  const end = Math.min(range.end, other.end) * 3;
  let sum = 0;
  for (let i = Math.max(range.start, other.start) * 3; i < end; i++) sum += a[i] * b[i];
  return sum;
}

/** `L_n^T force_n` of each point of a range, zero elsewhere; `L [N, 9]`. */
export function pullBack(force: Float64Array, L: Float64Array, row: Float32Array, { start, end }: PointRange): void {
  row.fill(0, 0, start * 3);
  row.fill(0, end * 3);
  for (let n = start * 9, i = start * 3; i < end * 3; n += 9, i += 3) {
    const x = force[i];
    const y = force[i + 1];
    const z = force[i + 2];
    row[i] = L[n] * x + L[n + 3] * y + L[n + 6] * z;
    row[i + 1] = L[n + 1] * x + L[n + 4] * y + L[n + 7] * z;
    row[i + 2] = L[n + 2] * x + L[n + 5] * y + L[n + 8] * z;
  }
}

/** `L_n^T H_n L_n` of each point, `[N, 6]`: the matrix in the coordinates of the unposed point. */
export function pullBackHessian(H: Float64Array, L: Float64Array, local: Float64Array): void {
  for (let n = 0, l = 0; n < H.length; n += 6, l += 9) {
    const [xx, xy, xz, yy, yz, zz] = [H[n], H[n + 1], H[n + 2], H[n + 3], H[n + 4], H[n + 5]];
    const [a, b, c] = [L[l], L[l + 3], L[l + 6]];
    const [d, e, f] = [L[l + 1], L[l + 4], L[l + 7]];
    const [g, h, i] = [L[l + 2], L[l + 5], L[l + 8]];
    const ax = xx * a + xy * b + xz * c;
    const ay = xy * a + yy * b + yz * c;
    const az = xz * a + yz * b + zz * c;
    const dx = xx * d + xy * e + xz * f;
    const dy = xy * d + yy * e + yz * f;
    const dz = xz * d + yz * e + zz * f;
    local[n] = a * ax + b * ay + c * az;
    local[n + 1] = d * ax + e * ay + f * az;
    local[n + 2] = g * ax + h * ay + i * az;
    local[n + 3] = d * dx + e * dy + f * dz;
    local[n + 4] = g * dx + h * dy + i * dz;
    local[n + 5] = g * (xx * g + xy * h + xz * i) + h * (xy * g + yy * h + yz * i) + i * (xz * g + yz * h + zz * i);
  }
}

/** `H_n basis_n` of each point for one row of a basis. */
export function timesLocal(H: Float64Array, basis: Float32Array, start: number, row: Float32Array): void {
  for (let n = 0, i = 0, b = start; i < row.length; n += 6, i += 3, b += 3) {
    const x = basis[b];
    const y = basis[b + 1];
    const z = basis[b + 2];
    row[i] = H[n] * x + H[n + 1] * y + H[n + 2] * z;
    row[i + 1] = H[n + 1] * x + H[n + 3] * y + H[n + 4] * z;
    row[i + 2] = H[n + 2] * x + H[n + 4] * y + H[n + 5] * z;
  }
}
