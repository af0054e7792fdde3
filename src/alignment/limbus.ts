import { applyAffine, type FaceCrop, imageFromCrop, invertAffine, sampleCrop } from './face-crop.js';
import { type ImagePyramid } from './image-pyramid.js';

/** An iris in a picture: the circle where it meets the white of the eye, pixels. */
export interface Limbus {
  x: number;
  y: number;
  radius: number;
  /** Share of the variance between the lids that white, iris and pupil explain, 0 to 1. */
  explained: number;
}

/** Side of the raster and the guessed radius in it, raster pixels. */
const side = 96;
const unit = 14;
/** Fewer pixels between the lids than this tell nothing. */
const fewestPixels = 40;
const fewestInClass = 5;
/** Pixels brighter than this quantile are highlights or the white: all count alike. */
const brightest = 0.9;
/** Radii of the pupil, in irises. */
const pupils = [0.3, 0.42];
/**
 * Costs of leaving the guess, in explained variance for the square of one radius across and along the face (a network is
 * surer of the first) and for the square of the radius' logarithm.
 */
const cost = { across: 0.15, along: 0.04, radius: 10 };
/** Grids of centres (half width in radii, steps to either side), and the radii tried on each. */
const searches = [
  { reach: 0.8, steps: 8, radii: [0.9, 1, 1.1] },
  { reach: 0.1, steps: 3, radii: [0.97, 1, 1.03] },
];

/**
 * Finds the iris between the lids: the circle with a pupil in its middle that explains most of the picture's variance
 * there when white, iris and pupil have one brightness each (Otsu's criterion, for regions of known form).
 *
 * It looks at red light, of which every iris reflects less than the white does, blue ones too.
 *
 * @param guess pixels; the centre may be off by 0.8 radii, the radius by a tenth. `roll` is the face's, radians.
 * @param lids `[K]` polygon of the eye's opening, pixels.
 * @returns `undefined` where too little can be seen.
 */
export function findLimbus(
  pyramid: ImagePyramid,
  guess: { x: number; y: number; radius: number; roll: number },
  lids: readonly (readonly [number, number])[],
): Limbus | undefined {
  const crop: FaceCrop = { x: guess.x, y: guess.y, size: (guess.radius * side) / unit, roll: guess.roll };
  const planes = new Float32Array(3 * side * side);
  sampleCrop(pyramid, crop, side, planes, { range: [0, 1], outside: 'edge' });
  const toRaster = invertAffine(imageFromCrop(crop, side));
  const opening = pixelsInside(lids.map(([x, y]) => applyAffine(toRaster, x, y)));
  if (opening.length < fewestPixels) return undefined;
  const explainedBy = explainedVariance(opening, planes);

  let best = { x: side / 2, y: side / 2, radius: unit, explained: 0, score: -Infinity };
  for (const { reach, steps, radii } of searches) {
    const around = best;
    best = { ...best, score: -Infinity };
    const grid = Array.from({ length: 2 * steps + 1 }, (_, k) => (reach * unit * (k - steps)) / steps);
    for (const radius of radii.map((scale) => around.radius * scale)) {
      for (const dy of grid) {
        for (const dx of grid) {
          const [x, y] = [around.x + dx, around.y + dy];
          const [across, along] = [(x - side / 2) / unit, (y - side / 2) / unit];
          const away = cost.across * across ** 2 + cost.along * along ** 2 + cost.radius * Math.log(radius / unit) ** 2;
          const explained = explainedBy(x, y, radius);
          if (explained - away > best.score) best = { x, y, radius, explained, score: explained - away };
        }
      }
    }
  }
  const [x, y] = applyAffine(imageFromCrop(crop, side), best.x, best.y);
  return { x, y, radius: (best.radius * crop.size) / side, explained: best.explained };
}

/**
 * Between-class over total variance of the brightnesses for an iris at (x, y); 0 where the iris is not the darker class.
 *
 * Sums over a disc are sums over its rows: differences of running totals.
 *
 * @param opening indices of the pixels between the lids.
 */
function explainedVariance(opening: number[], brightness: Float32Array) {
  const sorted = Float32Array.from(opening, (at) => brightness[at]).sort();
  const cap = sorted[Math.floor(sorted.length * brightest)];
  const totals = runningTotals(opening, (at) => Math.min(cap, brightness[at]));
  const counts = runningTotals(opening, () => 1);
  const [first, last] = [Math.floor(opening[0] / side), Math.floor(opening[opening.length - 1] / side)];
  const all = opening.length;
  const mean = opening.reduce((sum, at) => sum + Math.min(cap, brightness[at]), 0) / all;
  const total = opening.reduce((sum, at) => sum + (Math.min(cap, brightness[at]) - mean) ** 2, 0);

  const disc = (x: number, y: number, radius: number) => {
    let [count, sum] = [0, 0];
    for (let row = first; row <= last; row++) {
      const half = Math.sqrt(radius ** 2 - (row + 0.5 - y) ** 2);
      if (Number.isNaN(half)) continue;
      const from = row * (side + 1) + Math.min(side, Math.max(0, Math.ceil(x - half - 0.5)));
      const to = row * (side + 1) + Math.min(side, Math.max(0, Math.ceil(x + half - 0.5)));
      count += counts[to] - counts[from];
      sum += totals[to] - totals[from];
    }
    return { count, sum };
  };
  const spread = ({ count, sum }: { count: number; sum: number }) =>
    count > 0 ? count * (sum / count - mean) ** 2 : 0;
  return (x: number, y: number, radius: number): number => {
    const whole = disc(x, y, radius);
    const whiteCount = all - whole.count;
    if (whiteCount < fewestInClass) return 0;
    const white = (mean * all - whole.sum) / whiteCount;
    let most = 0;
    for (const share of pupils) {
      const dark = disc(x, y, radius * share);
      const ring = { count: whole.count - dark.count, sum: whole.sum - dark.sum };
      if (ring.count < fewestInClass) continue;
      // A pupil that a highlight makes brighter than the iris is a part of it.
      const apart = dark.count > 0 && dark.sum / dark.count < ring.sum / ring.count;
      const iris = apart ? ring : whole;
      if (iris.sum / iris.count >= white) continue;
      const between = whiteCount * (white - mean) ** 2 + spread(iris) + (apart ? spread(dark) : 0);
      most = Math.max(most, between / total);
    }
    return most;
  };
}

/** `[side, side + 1]` sums of the values of each row's pixels left of a column. */
function runningTotals(pixels: number[], value: (at: number) => number): Float64Array {
  const totals = new Float64Array(side * (side + 1));
  for (const at of pixels) totals[at + Math.floor(at / side) + 1] = value(at);
  for (let row = 0; row < side; row++) {
    for (let x = 1; x <= side; x++) totals[row * (side + 1) + x] += totals[row * (side + 1) + x - 1];
  }
  return totals;
}

/** Indices of the raster's pixels whose centres lie inside a polygon (even-odd rule). */
function pixelsInside(polygon: [number, number][]): number[] {
  const inside: number[] = [];
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [(at % side) + 0.5, Math.floor(at / side) + 0.5];
    let odd = false;
    polygon.forEach(([ax, ay], k) => {
      const [bx, by] = polygon[(k + 1) % polygon.length];
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) odd = !odd;
    });
    if (odd) inside.push(at);
  }
  return inside;
}
