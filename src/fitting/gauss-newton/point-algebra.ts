import { type PointRange } from './point-motion.js';
import { type RowPlan } from './row-plan.js';

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

/** `L_n^T force_n` of each point of a range, zero elsewhere, as planes of a row; `L [N, 9]`. */
export function pullBack(
  force: Float64Array,
  L: Float64Array,
  row: Float32Array,
  { plane, extra }: RowPlan,
  { start, end }: PointRange,
): void {
  row.fill(0, 0, extra);
  for (let n = start; n < end; n++) {
    const [i, l] = [n * 3, n * 9];
    const x = force[i];
    const y = force[i + 1];
    const z = force[i + 2];
    row[n] = L[l] * x + L[l + 3] * y + L[l + 6] * z;
    row[plane + n] = L[l + 1] * x + L[l + 4] * y + L[l + 7] * z;
    row[2 * plane + n] = L[l + 2] * x + L[l + 5] * y + L[l + 8] * z;
  }
}

/** `L_n^T H_n L_n` of each point, the matrix in the coordinates of the unposed point, as planes `[6, plane]`. */
export function pullBackHessian(H: Float64Array, L: Float64Array, local: Float32Array, plane: number): void {
  for (let point = 0, n = 0, l = 0; n < H.length; point++, n += 6, l += 9) {
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
    const gx = xx * g + xy * h + xz * i;
    const gy = xy * g + yy * h + yz * i;
    const gz = xz * g + yz * h + zz * i;
    local[point] = a * ax + b * ay + c * az;
    local[plane + point] = d * ax + e * ay + f * az;
    local[2 * plane + point] = g * ax + h * ay + i * az;
    local[3 * plane + point] = d * dx + e * dy + f * dz;
    local[4 * plane + point] = g * dx + h * dy + i * dz;
    local[5 * plane + point] = g * gx + h * gy + i * gz;
  }
}
