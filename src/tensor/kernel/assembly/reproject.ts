/** Entries of a camera: R row by row (9), t (3), fx, skew, cx, fy, cy. */
const viewBytes: usize = 17 * 4;
/** Those that have a gradient: R, t and the logarithm of the focal length. */
const unknownBytes: usize = 13 * 16;

/** `log(1 + x)` of four numbers, x >= 0, to the last bit or two (the polynomial is that of Cephes' logf). */
function log1p(x: v128): v128 {
  const one = f32x4.splat(1);
  const y = f32x4.add(one, x);
  const lost = f32x4.div(f32x4.sub(x, f32x4.sub(y, one)), y);
  // Exponent and mantissa so that the mantissa lies in [sqrt(1/2), sqrt(2)).
  const shifted = i32x4.sub(y, i32x4.splat(0x3f3504f3));
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const fraction = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const m = f32x4.sub(fraction, one);
  const z = f32x4.mul(m, m);
  let p = f32x4.splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.151461031e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.167699874e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(3.3333331174e-1));
  let tail = f32x4.mul(f32x4.mul(p, m), z);
  tail = f32x4.add(tail, f32x4.mul(exponent, f32x4.splat(-2.1219444e-4)));
  tail = f32x4.sub(tail, f32x4.mul(z, f32x4.splat(0.5)));
  tail = f32x4.add(tail, lost);
  return f32x4.add(f32x4.add(m, tail), f32x4.mul(exponent, f32x4.splat(0.693359375)));
}

function addTo(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

/** `a x + b y + c z` with the three numbers at `row`. */
function dot(row: usize, x: v128, y: v128, z: v128): v128 {
  const near = f32x4.add(f32x4.mul(v128.load_splat<f32>(row, 0), x), f32x4.mul(v128.load_splat<f32>(row, 4), y));
  return f32x4.add(near, f32x4.mul(v128.load_splat<f32>(row, 8), z));
}

/**
 * Half the weighted sum of squared (or Cauchy) reprojection residuals, and its gradient.
 *
 * @param pointCount N, a multiple of four.
 * @param world `[3, F, N]` metres.
 * @param views `[C, 17]`.
 * @param targets `[2, C, F, N]` pixels; `inverseSigma` and `weights` `[C, F, N]`.
 * @param square the Cauchy scale squared; 0: plain squares.
 * @param nearest depth that nearer points keep, metres.
 * @param worldGradient `[3, F, N]`, overwritten.
 * @param viewLanes `[C, 13, 4]` partial sums, added to.
 */
export function reproject(
  frameCount: usize,
  viewCount: usize,
  pointCount: usize,
  world: usize,
  views: usize,
  targets: usize,
  inverseSigma: usize,
  weights: usize,
  square: f32,
  nearest: f32,
  worldGradient: usize,
  viewLanes: usize,
): f64 {
  const row = pointCount << 2;
  const plane = row * frameCount;
  const targetPlane = plane * viewCount;
  const near = f32x4.splat(nearest);
  const one = f32x4.splat(1);
  const inverseSquare = f32x4.splat(square > 0 ? 1 / square : 0);
  const squares = f32x4.splat(square);
  let energy: f64 = 0;
  for (let frame: usize = 0; frame < frameCount; frame++) {
    let frameEnergy = f32x4.splat(0);
    for (let n: usize = 0; n < row; n += 16) {
      const at = frame * row + n;
      const px = v128.load(world + at);
      const py = v128.load(world + plane + at);
      const pz = v128.load(world + 2 * plane + at);
      let gx = f32x4.splat(0);
      let gy = gx;
      let gz = gx;
      let seen = at;
      let view = views;
      let lanes = viewLanes;
      for (let c: usize = 0; c < viewCount; c++) {
        const depth = f32x4.add(dot(view + 24, px, py, pz), v128.load_splat<f32>(view, 44));
        const inFront = f32x4.gt(depth, near);
        const inverse = f32x4.div(one, f32x4.max(depth, near));
        const x = f32x4.mul(f32x4.add(dot(view, px, py, pz), v128.load_splat<f32>(view, 36)), inverse);
        const y = f32x4.mul(f32x4.add(dot(view + 12, px, py, pz), v128.load_splat<f32>(view, 40)), inverse);
        const fx = v128.load_splat<f32>(view, 48);
        const skew = v128.load_splat<f32>(view, 52);
        const fy = v128.load_splat<f32>(view, 60);
        const zoomedX = f32x4.add(f32x4.mul(fx, x), f32x4.mul(skew, y));
        const zoomedY = f32x4.mul(fy, y);
        const perSigma = v128.load(inverseSigma + seen);
        const u = f32x4.sub(f32x4.add(zoomedX, v128.load_splat<f32>(view, 56)), v128.load(targets + seen));
        const v = f32x4.sub(
          f32x4.add(zoomedY, v128.load_splat<f32>(view, 64)),
          v128.load(targets + targetPlane + seen),
        );
        const rx = f32x4.mul(u, perSigma);
        const ry = f32x4.mul(v, perSigma);
        const squared = f32x4.add(f32x4.mul(rx, rx), f32x4.mul(ry, ry));
        let pull = v128.load(weights + seen);
        if (square > 0) {
          const ratio = f32x4.mul(squared, inverseSquare);
          frameEnergy = f32x4.add(frameEnergy, f32x4.mul(pull, f32x4.mul(log1p(ratio), squares)));
          pull = f32x4.div(pull, f32x4.add(one, ratio));
        } else {
          frameEnergy = f32x4.add(frameEnergy, f32x4.mul(pull, squared));
        }
        pull = f32x4.mul(pull, perSigma);
        const gu = f32x4.mul(pull, rx);
        const gv = f32x4.mul(pull, ry);
        const byX = f32x4.mul(gu, fx);
        const byY = f32x4.add(f32x4.mul(gu, skew), f32x4.mul(gv, fy));
        const cx = f32x4.mul(byX, inverse);
        const cy = f32x4.mul(byY, inverse);
        const inward = f32x4.mul(f32x4.add(f32x4.mul(byX, x), f32x4.mul(byY, y)), inverse);
        const cz = v128.and(inFront, f32x4.neg(inward));
        addTo(lanes, f32x4.mul(cx, px));
        addTo(lanes + 16, f32x4.mul(cx, py));
        addTo(lanes + 32, f32x4.mul(cx, pz));
        addTo(lanes + 48, f32x4.mul(cy, px));
        addTo(lanes + 64, f32x4.mul(cy, py));
        addTo(lanes + 80, f32x4.mul(cy, pz));
        addTo(lanes + 96, f32x4.mul(cz, px));
        addTo(lanes + 112, f32x4.mul(cz, py));
        addTo(lanes + 128, f32x4.mul(cz, pz));
        addTo(lanes + 144, cx);
        addTo(lanes + 160, cy);
        addTo(lanes + 176, cz);
        addTo(lanes + 192, f32x4.add(f32x4.mul(gu, zoomedX), f32x4.mul(gv, zoomedY)));
        gx = f32x4.add(gx, column(view, cx, cy, cz));
        gy = f32x4.add(gy, column(view + 4, cx, cy, cz));
        gz = f32x4.add(gz, column(view + 8, cx, cy, cz));
        seen += plane;
        view += viewBytes;
        lanes += unknownBytes;
      }
      v128.store(worldGradient + at, gx);
      v128.store(worldGradient + plane + at, gy);
      v128.store(worldGradient + 2 * plane + at, gz);
    }
    const low = <f64>f32x4.extract_lane(frameEnergy, 0) + <f64>f32x4.extract_lane(frameEnergy, 1);
    energy += low + <f64>f32x4.extract_lane(frameEnergy, 2) + <f64>f32x4.extract_lane(frameEnergy, 3);
  }
  return energy / 2;
}

/** One column of the rotation times a camera-space gradient. */
function column(top: usize, x: v128, y: v128, z: v128): v128 {
  const near = f32x4.add(f32x4.mul(v128.load_splat<f32>(top, 0), x), f32x4.mul(v128.load_splat<f32>(top, 12), y));
  return f32x4.add(near, f32x4.mul(v128.load_splat<f32>(top, 24), z));
}
