import { blendTilePair, blendTilePairGradient, tileBytes } from './blend';

/** One row of the joints' transforms, blended: `[4 entries]` for four vertices; the last is the translation. */
let m0: v128 = f32x4.splat(0);
let m1: v128 = f32x4.splat(0);
let m2: v128 = f32x4.splat(0);
let m3: v128 = f32x4.splat(0);

/** @param row `[4, joints]` of one frame's transforms. */
function blendRow(jointCount: usize, row: usize, weights: usize): void {
  const step = jointCount << 2;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  const end = row + step;
  while (row < end) {
    const w = v128.load(weights);
    a0 = f32x4.add(a0, f32x4.mul(w, v128.load_splat<f32>(row)));
    a1 = f32x4.add(a1, f32x4.mul(w, v128.load_splat<f32>(row + step)));
    a2 = f32x4.add(a2, f32x4.mul(w, v128.load_splat<f32>(row + 2 * step)));
    a3 = f32x4.add(a3, f32x4.mul(w, v128.load_splat<f32>(row + 3 * step)));
    weights += 32;
    row += 4;
  }
  m0 = a0;
  m1 = a1;
  m2 = a2;
  m3 = a3;
}

/** Skins four vertices of a tile in one frame; `plane` bytes lie between the x, y and z of a world position. */
function skinHalfTile(
  jointCount: usize,
  transforms: usize,
  weights: usize,
  unposed: usize,
  world: usize,
  plane: usize,
): void {
  const x = v128.load(unposed, 0);
  const y = v128.load(unposed, 32);
  const z = v128.load(unposed, 64);
  for (let row = 0; row < 3; row++) {
    blendRow(jointCount, transforms, weights);
    const near = f32x4.add(f32x4.mul(m0, x), f32x4.mul(m1, y));
    v128.store(world, f32x4.add(near, f32x4.add(f32x4.mul(m2, z), m3)));
    transforms += jointCount << 4;
    world += plane;
  }
}

/**
 * Blend shapes and skinning: world positions of every tile in every frame.
 *
 * @param frameCount F, even.
 * @param neutral `[tiles, 24]`.
 * @param basis `[tiles, count, 24]` expressions and pose correctives.
 * @param coefficients `[F, count]`.
 * @param transforms `[F, 12, joints]` rows of each joint's `[R | t]`.
 * @param weights `[tiles, joints, 8]`.
 * @param unposed `[tiles, F, 24]`, kept for the gradient.
 * @param world `[3, F, tiles * 8]`.
 */
export function poseMeshes(
  tileCount: usize,
  frameCount: usize,
  count: usize,
  jointCount: usize,
  neutral: usize,
  basis: usize,
  coefficients: usize,
  transforms: usize,
  weights: usize,
  unposed: usize,
  world: usize,
): void {
  const row = tileCount << 5;
  const plane = row * frameCount;
  const coefficientRow = count << 2;
  const transformRow = (jointCount * 12) << 2;
  for (let tile: usize = 0; tile < tileCount; tile++) {
    for (let frame: usize = 0; frame < frameCount; frame += 2) {
      const next = unposed + tileBytes;
      blendTilePair(count, neutral, basis, coefficients + frame * coefficientRow, coefficientRow, unposed, next);
      for (let k: usize = 0; k < 2; k++) {
        const at = world + (frame + k) * row;
        const frameTransforms = transforms + (frame + k) * transformRow;
        skinHalfTile(jointCount, frameTransforms, weights, unposed, at, plane);
        skinHalfTile(jointCount, frameTransforms, weights + 16, unposed + 16, at + 16, plane);
        unposed += tileBytes;
      }
    }
    neutral += tileBytes;
    basis += coefficientRow * 24;
    weights += jointCount << 5;
    world += 32;
  }
}

/** Gradient of the unposed positions of four vertices in one frame, from that of their world positions. */
function unskinHalfTile(
  jointCount: usize,
  transforms: usize,
  weights: usize,
  worldGradient: usize,
  plane: usize,
  result: usize,
): void {
  let x = f32x4.splat(0);
  let y = x;
  let z = x;
  for (let row = 0; row < 3; row++) {
    blendRow(jointCount, transforms, weights);
    const g = v128.load(worldGradient);
    x = f32x4.add(x, f32x4.mul(m0, g));
    y = f32x4.add(y, f32x4.mul(m1, g));
    z = f32x4.add(z, f32x4.mul(m2, g));
    transforms += jointCount << 4;
    worldGradient += plane;
  }
  v128.store(result, x, 0);
  v128.store(result, y, 32);
  v128.store(result, z, 64);
}

/** Adds one tile's part of the gradient of one frame's transforms to `lanes` `[12, joints, 4]`. */
function addTransformGradient(
  jointCount: usize,
  weights: usize,
  unposed: usize,
  worldGradient: usize,
  plane: usize,
  lanes: usize,
): void {
  const step = jointCount << 4;
  for (let row = 0; row < 3; row++) {
    const g = v128.load(worldGradient, 0);
    const h = v128.load(worldGradient, 16);
    const gx = f32x4.mul(g, v128.load(unposed, 0));
    const hx = f32x4.mul(h, v128.load(unposed, 16));
    const gy = f32x4.mul(g, v128.load(unposed, 32));
    const hy = f32x4.mul(h, v128.load(unposed, 48));
    const gz = f32x4.mul(g, v128.load(unposed, 64));
    const hz = f32x4.mul(h, v128.load(unposed, 80));
    let lane = lanes;
    for (let joint: usize = 0; joint < jointCount; joint++) {
      const v = v128.load(weights + (joint << 5), 0);
      const w = v128.load(weights + (joint << 5), 16);
      addTo(lane, f32x4.add(f32x4.mul(v, gx), f32x4.mul(w, hx)));
      addTo(lane + step, f32x4.add(f32x4.mul(v, gy), f32x4.mul(w, hy)));
      addTo(lane + 2 * step, f32x4.add(f32x4.mul(v, gz), f32x4.mul(w, hz)));
      addTo(lane + 3 * step, f32x4.add(f32x4.mul(v, g), f32x4.mul(w, h)));
      lane += 16;
    }
    lanes += step << 2;
    worldGradient += plane;
  }
}

function addTo(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

/**
 * Gradient of `poseMeshes`: adds to `neutralGradient` `[tiles, 24]` and to the partial sums `coefficientLanes`
 * `[F, count, 4]` and `transformLanes` `[F, 12, joints, 4]`.
 *
 * @param worldGradient `[3, F, tiles * 8]`.
 * @param scratch `[2, 24]`.
 */
export function poseMeshesGradient(
  tileCount: usize,
  frameCount: usize,
  count: usize,
  jointCount: usize,
  basis: usize,
  transforms: usize,
  weights: usize,
  unposed: usize,
  worldGradient: usize,
  scratch: usize,
  neutralGradient: usize,
  coefficientLanes: usize,
  transformLanes: usize,
): void {
  const row = tileCount << 5;
  const plane = row * frameCount;
  const transformRow = (jointCount * 12) << 2;
  const coefficientRow = count << 4;
  for (let tile: usize = 0; tile < tileCount; tile++) {
    for (let frame: usize = 0; frame < frameCount; frame += 2) {
      for (let k: usize = 0; k < 2; k++) {
        const at = worldGradient + (frame + k) * row;
        const frameTransforms = transforms + (frame + k) * transformRow;
        const result = scratch + k * tileBytes;
        unskinHalfTile(jointCount, frameTransforms, weights, at, plane, result);
        unskinHalfTile(jointCount, frameTransforms, weights + 16, at + 16, plane, result + 16);
        const lanes = transformLanes + (frame + k) * (transformRow << 2);
        addTransformGradient(jointCount, weights, unposed, at, plane, lanes);
        unposed += tileBytes;
      }
      blendTilePairGradient(count, basis, scratch, coefficientLanes + frame * coefficientRow, neutralGradient);
    }
    neutralGradient += tileBytes;
    basis += count * tileBytes;
    weights += jointCount << 5;
    worldGradient += 32;
  }
}
