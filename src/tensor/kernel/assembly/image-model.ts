/** Entries of a camera: R row by row (9), t (3), fx, skew, cx, fy, cy. */
const translation: usize = 9 * 8;
const intrinsics: usize = 12 * 8;

/** A camera's unknowns, and the derivatives of the two pixel coordinates by each, `[7, 2]` pairs of points. */
const unknownCount: usize = 7;
const rows: usize = memory.data(7 * 2 * 16, 16);

function keepRow(k: usize, onX: v128, onY: v128): void {
  v128.store(rows + (k << 5), onX);
  v128.store(rows + (k << 5), onY, 16);
}

/** `log y` of two numbers y >= 1 to about 1e-13, from the exponent and `2 atanh((m - 1) / (m + 1))`. */
function logarithm(y: v128): v128 {
  const bits = i64x2.sub(y, i64x2.splat(0x3fe6a09e00000000));
  const exponent = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(i64x2.shr_s(bits, 52), bits, 0, 2, 0, 2));
  const mantissa = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e00000000));
  const one = f64x2.splat(1);
  const f = f64x2.div(f64x2.sub(mantissa, one), f64x2.add(mantissa, one));
  const s = f64x2.mul(f, f);
  let p = f64x2.splat(2.0 / 15.0);
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(2.0 / 13.0));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(2.0 / 11.0));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(2.0 / 9.0));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(2.0 / 7.0));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(2.0 / 5.0));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(2.0 / 3.0));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(2));
  return f64x2.add(f64x2.mul(p, f), f64x2.mul(exponent, f64x2.splat(0.6931471805599453)));
}

/** One column of a 3 x 3 matrix times a vector; `at` its first entry. */
function column(at: usize, x: v128, y: v128, z: v128): v128 {
  const near = f64x2.add(f64x2.mul(v128.load_splat<f64>(at), x), f64x2.mul(v128.load_splat<f64>(at, 24), y));
  return f64x2.add(near, f64x2.mul(v128.load_splat<f64>(at, 48), z));
}

/** One row of a 3 x 4 matrix times a point; `row` its first entry, `shift` its translation. */
function transform(row: usize, shift: usize, x: v128, y: v128, z: v128): v128 {
  const near = f64x2.add(f64x2.mul(v128.load_splat<f64>(row), x), f64x2.mul(v128.load_splat<f64>(row, 8), y));
  return f64x2.add(near, f64x2.add(f64x2.mul(v128.load_splat<f64>(row, 16), z), v128.load_splat<f64>(shift)));
}

function addTo(at: usize, value: v128): void {
  v128.store(at, f64x2.add(v128.load(at), value));
}

/** Three numbers of two points, interleaved. */
function storePoint(at: usize, x: v128, y: v128, z: v128): void {
  v128.store(at, v128.shuffle<i64>(x, y, 0, 2));
  v128.store(at, v128.shuffle<i64>(z, x, 0, 3), 16);
  v128.store(at, v128.shuffle<i64>(y, z, 1, 3), 32);
}

function addPoint(at: usize, x: v128, y: v128, z: v128): void {
  addTo(at, v128.shuffle<i64>(x, y, 0, 2));
  addTo(at + 16, v128.shuffle<i64>(z, x, 0, 3));
  addTo(at + 32, v128.shuffle<i64>(y, z, 1, 3));
}

/**
 * One image of a data term on projected points: half the sum of `lambda rho(|r|^2)`, and its Gauss-Newton model with
 * the weights of iteratively reweighted least squares; double precision, two points at a time.
 *
 * @param pointCount N, even.
 * @param world `[N, 3]` metres.
 * @param view `[17]`.
 * @param mu `[N, 2]` and `sigma` `[N]`, pixels, and `lambda` `[N]`, single precision; sigma 0: not seen.
 * @param scale multiplies lambda.
 * @param blur pixels squared that are added to sigma squared.
 * @param square the Cauchy scale squared; 0: plain squares.
 * @param nearest depth that nearer points keep, metres.
 * @param gradient `[N, 3]`, world frame, added to; 0: the energy alone.
 * @param hessian `[N, 6]` xx, xy, xz, yy, yz, zz, added to.
 * @param unknowns lanes of the camera's rotation, translation and logarithm of focal length, `[7, 2]` gradient and
 *   `[28, 2]` Hessian (lower triangle), added to; 0: the camera is known.
 * @param cross `[7, N, 3]` their mixed derivatives with the points, overwritten.
 */
export function imageModel(
  pointCount: usize,
  world: usize,
  view: usize,
  mu: usize,
  sigma: usize,
  lambda: usize,
  scale: f64,
  blur: f64,
  square: f64,
  nearest: f64,
  gradient: usize,
  hessian: usize,
  unknowns: usize,
  cross: usize,
): f64 {
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const near = f64x2.splat(nearest);
  const inverseSquare = f64x2.splat(square > 0 ? 1 / square : 0);
  const fx = v128.load_splat<f64>(view + intrinsics);
  const skew = v128.load_splat<f64>(view + intrinsics, 8);
  const cx = v128.load_splat<f64>(view + intrinsics, 16);
  const fy = v128.load_splat<f64>(view + intrinsics, 24);
  const cy = v128.load_splat<f64>(view + intrinsics, 32);
  let energy = zero;
  for (let n: usize = 0; n < pointCount; n += 2) {
    const deviation = f64x2.promote_low_f32x4(v128.load64_zero(sigma + (n << 2)));
    const seen = f64x2.gt(deviation, zero);
    const weight = v128.and(seen, f64x2.promote_low_f32x4(v128.load64_zero(lambda + (n << 2))));
    if (!v128.any_true(f64x2.gt(weight, zero))) {
      if (unknowns) {
        for (let k: usize = 0; k < unknownCount; k++) storePoint(cross + (k * pointCount + n) * 24, zero, zero, zero);
      }
      continue;
    }
    const point = world + n * 24;
    const low = v128.load(point);
    const middle = v128.load(point, 16);
    const high = v128.load(point, 32);
    const px = v128.shuffle<i64>(low, middle, 0, 3);
    const py = v128.shuffle<i64>(low, high, 1, 2);
    const pz = v128.shuffle<i64>(middle, high, 0, 3);
    const x = transform(view, view + translation, px, py, pz);
    const y = transform(view + 24, view + translation + 8, px, py, pz);
    const depth = transform(view + 48, view + translation + 16, px, py, pz);
    const inverse = f64x2.div(one, f64x2.max(depth, near));
    const u = f64x2.mul(x, inverse);
    const v = f64x2.mul(y, inverse);
    const zoomedX = f64x2.add(f64x2.mul(fx, u), f64x2.mul(skew, v));
    const zoomedY = f64x2.mul(fy, v);
    const pixels = v128.load(mu + (n << 3));
    const targetX = f64x2.promote_low_f32x4(v128.shuffle<i32>(pixels, pixels, 0, 2, 0, 2));
    const targetY = f64x2.promote_low_f32x4(v128.shuffle<i32>(pixels, pixels, 1, 3, 1, 3));
    const rx = v128.and(seen, f64x2.sub(f64x2.add(zoomedX, cx), targetX));
    const ry = v128.and(seen, f64x2.sub(f64x2.add(zoomedY, cy), targetY));
    const variance = f64x2.add(f64x2.mul(deviation, deviation), f64x2.splat(blur));
    const perPixel = v128.and(seen, f64x2.div(one, variance));
    const squared = f64x2.mul(f64x2.add(f64x2.mul(rx, rx), f64x2.mul(ry, ry)), perPixel);
    const pull = f64x2.mul(weight, f64x2.splat(scale));
    let w = f64x2.mul(pull, perPixel);
    if (square > 0) {
      const grown = f64x2.add(one, f64x2.mul(squared, inverseSquare));
      // What is not a number has a logarithm by its bits all the same.
      const loss = f64x2.add(f64x2.mul(logarithm(grown), f64x2.splat(square)), f64x2.mul(zero, squared));
      energy = f64x2.add(energy, f64x2.mul(pull, loss));
      w = f64x2.div(w, grown);
    } else {
      energy = f64x2.add(energy, f64x2.mul(pull, squared));
    }
    if (!gradient) continue;
    // Rows of the pixels' derivative with respect to camera coordinates, then to world coordinates.
    const inFront = v128.and(f64x2.gt(depth, near), inverse);
    const xx = f64x2.mul(fx, inverse);
    const xy = f64x2.mul(skew, inverse);
    const xz = f64x2.neg(f64x2.mul(zoomedX, inFront));
    const yy = f64x2.mul(fy, inverse);
    const yz = f64x2.neg(f64x2.mul(zoomedY, inFront));
    const ax = column(view, xx, xy, xz);
    const ay = column(view + 8, xx, xy, xz);
    const az = column(view + 16, xx, xy, xz);
    const bx = column(view, zero, yy, yz);
    const by = column(view + 8, zero, yy, yz);
    const bz = column(view + 16, zero, yy, yz);
    const wrx = f64x2.mul(w, rx);
    const wry = f64x2.mul(w, ry);
    addPoint(
      gradient + n * 24,
      f64x2.add(f64x2.mul(ax, wrx), f64x2.mul(bx, wry)),
      f64x2.add(f64x2.mul(ay, wrx), f64x2.mul(by, wry)),
      f64x2.add(f64x2.mul(az, wrx), f64x2.mul(bz, wry)),
    );
    const wax = f64x2.mul(w, ax);
    const way = f64x2.mul(w, ay);
    const wbx = f64x2.mul(w, bx);
    const wby = f64x2.mul(w, by);
    const hxx = f64x2.add(f64x2.mul(wax, ax), f64x2.mul(wbx, bx));
    const hxy = f64x2.add(f64x2.mul(wax, ay), f64x2.mul(wbx, by));
    const hxz = f64x2.add(f64x2.mul(wax, az), f64x2.mul(wbx, bz));
    const hyy = f64x2.add(f64x2.mul(way, ay), f64x2.mul(wby, by));
    const hyz = f64x2.add(f64x2.mul(way, az), f64x2.mul(wby, bz));
    const hzz = f64x2.mul(w, f64x2.add(f64x2.mul(az, az), f64x2.mul(bz, bz)));
    const matrix = hessian + n * 48;
    addTo(matrix, v128.shuffle<i64>(hxx, hxy, 0, 2));
    addTo(matrix + 16, v128.shuffle<i64>(hxz, hyy, 0, 2));
    addTo(matrix + 32, v128.shuffle<i64>(hyz, hzz, 0, 2));
    addTo(matrix + 48, v128.shuffle<i64>(hxx, hxy, 1, 3));
    addTo(matrix + 64, v128.shuffle<i64>(hxz, hyy, 1, 3));
    addTo(matrix + 80, v128.shuffle<i64>(hyz, hzz, 1, 3));
    if (!unknowns) continue;
    // d x_cam = dw x x_cam + dtau, and the pixels' offset from the principal point grows with the focal length.
    keepRow(0, f64x2.sub(f64x2.mul(xz, y), f64x2.mul(xy, depth)), f64x2.sub(f64x2.mul(yz, y), f64x2.mul(yy, depth)));
    keepRow(1, f64x2.sub(f64x2.mul(xx, depth), f64x2.mul(xz, x)), f64x2.neg(f64x2.mul(yz, x)));
    keepRow(2, f64x2.sub(f64x2.mul(xy, x), f64x2.mul(xx, y)), f64x2.mul(yy, x));
    keepRow(3, xx, zero);
    keepRow(4, xy, yy);
    keepRow(5, xz, yz);
    keepRow(6, zoomedX, zoomedY);
    let entry = unknowns + unknownCount * 16;
    for (let k: usize = 0; k < unknownCount; k++) {
      const gx = f64x2.mul(w, v128.load(rows + (k << 5)));
      const gy = f64x2.mul(w, v128.load(rows + (k << 5), 16));
      addTo(unknowns + (k << 4), f64x2.add(f64x2.mul(gx, rx), f64x2.mul(gy, ry)));
      storePoint(
        cross + (k * pointCount + n) * 24,
        f64x2.add(f64x2.mul(gx, ax), f64x2.mul(gy, bx)),
        f64x2.add(f64x2.mul(gx, ay), f64x2.mul(gy, by)),
        f64x2.add(f64x2.mul(gx, az), f64x2.mul(gy, bz)),
      );
      for (let j: usize = 0; j <= k; j++) {
        const onX = f64x2.mul(gx, v128.load(rows + (j << 5)));
        addTo(entry, f64x2.add(onX, f64x2.mul(gy, v128.load(rows + (j << 5), 16))));
        entry += 16;
      }
    }
  }
  return (f64x2.extract_lane(energy, 0) + f64x2.extract_lane(energy, 1)) / 2;
}
