/**
 * Vertices stand in tiles of eight, each 24 numbers: eight x, eight y, eight z; a basis is `[tiles, count, 24]`, so that
 * a tile's part of it is read from one stretch of memory.
 */
export const tileBytes: usize = 96;

/**
 * `result = base + sum_k coefficients[k] basis[k]` for one mesh.
 *
 * @param base `[tiles, 24]`, as `result`.
 * @param coefficients `[count]`.
 */
export function blendMesh(
  tileCount: usize,
  count: usize,
  base: usize,
  basis: usize,
  coefficients: usize,
  result: usize,
): void {
  for (let tile: usize = 0; tile < tileCount; tile++) {
    let a0 = v128.load(base, 0);
    let a1 = v128.load(base, 16);
    let a2 = v128.load(base, 32);
    let a3 = v128.load(base, 48);
    let a4 = v128.load(base, 64);
    let a5 = v128.load(base, 80);
    for (let k: usize = 0; k < count; k++) {
      const x = v128.load_splat<f32>(coefficients + (k << 2));
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(basis, 0)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(basis, 16)));
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(basis, 32)));
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(basis, 48)));
      a4 = f32x4.add(a4, f32x4.mul(x, v128.load(basis, 64)));
      a5 = f32x4.add(a5, f32x4.mul(x, v128.load(basis, 80)));
      basis += tileBytes;
    }
    v128.store(result, a0, 0);
    v128.store(result, a1, 16);
    v128.store(result, a2, 32);
    v128.store(result, a3, 48);
    v128.store(result, a4, 64);
    v128.store(result, a5, 80);
    base += tileBytes;
    result += tileBytes;
  }
}

/**
 * Gradient of the coefficients of `blendMesh`: adds `sum of basis[k] * gradient` to `lanes[k]`, four partial sums.
 *
 * @param gradient `[tiles, 24]`.
 * @param lanes `[count, 4]`.
 */
export function blendMeshGradient(tileCount: usize, count: usize, basis: usize, gradient: usize, lanes: usize): void {
  for (let tile: usize = 0; tile < tileCount; tile++) {
    const g0 = v128.load(gradient, 0);
    const g1 = v128.load(gradient, 16);
    const g2 = v128.load(gradient, 32);
    const g3 = v128.load(gradient, 48);
    const g4 = v128.load(gradient, 64);
    const g5 = v128.load(gradient, 80);
    for (let k: usize = 0; k < count; k++) {
      const lane = lanes + (k << 4);
      let first = f32x4.add(v128.load(lane), f32x4.mul(g0, v128.load(basis, 0)));
      let second = f32x4.mul(g1, v128.load(basis, 16));
      first = f32x4.add(first, f32x4.mul(g2, v128.load(basis, 32)));
      second = f32x4.add(second, f32x4.mul(g3, v128.load(basis, 48)));
      first = f32x4.add(first, f32x4.mul(g4, v128.load(basis, 64)));
      second = f32x4.add(second, f32x4.mul(g5, v128.load(basis, 80)));
      v128.store(lane, f32x4.add(first, second));
      basis += tileBytes;
    }
    gradient += tileBytes;
  }
}

/**
 * One tile of two meshes at once: `results[m] = base + sum_k coefficients[m, k] basis[k]`.
 *
 * @param stride bytes from the first mesh's coefficients to the second's.
 * @param first where the first mesh's tile goes, `second` the second's.
 */
export function blendTilePair(
  count: usize,
  base: usize,
  basis: usize,
  coefficients: usize,
  stride: usize,
  first: usize,
  second: usize,
): void {
  let a0 = v128.load(base, 0);
  let a1 = v128.load(base, 16);
  let a2 = v128.load(base, 32);
  let a3 = v128.load(base, 48);
  let a4 = v128.load(base, 64);
  let a5 = v128.load(base, 80);
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  let b4 = a4;
  let b5 = a5;
  const end = coefficients + (count << 2);
  while (coefficients < end) {
    const x = v128.load_splat<f32>(coefficients);
    const y = v128.load_splat<f32>(coefficients + stride);
    let v = v128.load(basis, 0);
    a0 = f32x4.add(a0, f32x4.mul(x, v));
    b0 = f32x4.add(b0, f32x4.mul(y, v));
    v = v128.load(basis, 16);
    a1 = f32x4.add(a1, f32x4.mul(x, v));
    b1 = f32x4.add(b1, f32x4.mul(y, v));
    v = v128.load(basis, 32);
    a2 = f32x4.add(a2, f32x4.mul(x, v));
    b2 = f32x4.add(b2, f32x4.mul(y, v));
    v = v128.load(basis, 48);
    a3 = f32x4.add(a3, f32x4.mul(x, v));
    b3 = f32x4.add(b3, f32x4.mul(y, v));
    v = v128.load(basis, 64);
    a4 = f32x4.add(a4, f32x4.mul(x, v));
    b4 = f32x4.add(b4, f32x4.mul(y, v));
    v = v128.load(basis, 80);
    a5 = f32x4.add(a5, f32x4.mul(x, v));
    b5 = f32x4.add(b5, f32x4.mul(y, v));
    basis += tileBytes;
    coefficients += 4;
  }
  v128.store(first, a0, 0);
  v128.store(first, a1, 16);
  v128.store(first, a2, 32);
  v128.store(first, a3, 48);
  v128.store(first, a4, 64);
  v128.store(first, a5, 80);
  v128.store(second, b0, 0);
  v128.store(second, b1, 16);
  v128.store(second, b2, 32);
  v128.store(second, b3, 48);
  v128.store(second, b4, 64);
  v128.store(second, b5, 80);
}

/**
 * Gradient of the coefficients of `blendTilePair`, and the sum of both meshes' gradients added to `baseGradient`.
 *
 * @param gradients `[2, 24]`.
 * @param lanes `[2, count, 4]` partial sums.
 */
export function blendTilePairGradient(
  count: usize,
  basis: usize,
  gradients: usize,
  lanes: usize,
  baseGradient: usize,
): void {
  const a0 = v128.load(gradients, 0);
  const a1 = v128.load(gradients, 16);
  const a2 = v128.load(gradients, 32);
  const a3 = v128.load(gradients, 48);
  const a4 = v128.load(gradients, 64);
  const a5 = v128.load(gradients, 80);
  const b0 = v128.load(gradients, 96);
  const b1 = v128.load(gradients, 112);
  const b2 = v128.load(gradients, 128);
  const b3 = v128.load(gradients, 144);
  const b4 = v128.load(gradients, 160);
  const b5 = v128.load(gradients, 176);
  v128.store(baseGradient, f32x4.add(v128.load(baseGradient, 0), f32x4.add(a0, b0)), 0);
  v128.store(baseGradient, f32x4.add(v128.load(baseGradient, 16), f32x4.add(a1, b1)), 16);
  v128.store(baseGradient, f32x4.add(v128.load(baseGradient, 32), f32x4.add(a2, b2)), 32);
  v128.store(baseGradient, f32x4.add(v128.load(baseGradient, 48), f32x4.add(a3, b3)), 48);
  v128.store(baseGradient, f32x4.add(v128.load(baseGradient, 64), f32x4.add(a4, b4)), 64);
  v128.store(baseGradient, f32x4.add(v128.load(baseGradient, 80), f32x4.add(a5, b5)), 80);
  const secondLanes = count << 4;
  const end = lanes + secondLanes;
  while (lanes < end) {
    let v = v128.load(basis, 0);
    let x = f32x4.mul(a0, v);
    let y = f32x4.mul(b0, v);
    v = v128.load(basis, 16);
    x = f32x4.add(x, f32x4.mul(a1, v));
    y = f32x4.add(y, f32x4.mul(b1, v));
    v = v128.load(basis, 32);
    x = f32x4.add(x, f32x4.mul(a2, v));
    y = f32x4.add(y, f32x4.mul(b2, v));
    v = v128.load(basis, 48);
    x = f32x4.add(x, f32x4.mul(a3, v));
    y = f32x4.add(y, f32x4.mul(b3, v));
    v = v128.load(basis, 64);
    x = f32x4.add(x, f32x4.mul(a4, v));
    y = f32x4.add(y, f32x4.mul(b4, v));
    v = v128.load(basis, 80);
    x = f32x4.add(x, f32x4.mul(a5, v));
    y = f32x4.add(y, f32x4.mul(b5, v));
    v128.store(lanes, f32x4.add(v128.load(lanes), x));
    v128.store(lanes + secondLanes, f32x4.add(v128.load(lanes + secondLanes), y));
    basis += tileBytes;
    lanes += 16;
  }
}

/** `sums[k]` of the four partial sums `lanes[k]`. */
export function sumLanes(count: usize, lanes: usize, sums: usize): void {
  for (let k: usize = 0; k < count; k++) {
    const lane = v128.load(lanes + (k << 4));
    const low = f32x4.extract_lane(lane, 0) + f32x4.extract_lane(lane, 1);
    const high = f32x4.extract_lane(lane, 2) + f32x4.extract_lane(lane, 3);
    store<f32>(sums + (k << 2), low + high);
  }
}
