import { type CanonicalMap } from '../canonical/canonical-map.js';

/** One level of a canonical map: square cells of `2^level` map pixels. */
export interface CanonicalLevel {
  width: number;
  height: number;
  /** `[height, width, 3]` canonical coordinates; outside the mask those of the nearest coarser cell that has some. */
  values: Float32Array;
  /** `[height, width]` how much of the cell is foreground, 0 to 1. */
  coverage: Float32Array;
}

/** Fewest cells along the shorter side of the coarsest level. */
const leastCells = 4;

/**
 * The image pyramid of a canonical map: each cell the mean of the foreground pixels below it.
 *
 * Of four cells that one is left out which lies further than `tolerance` from the mean of the others: an outlier, or the
 * farther side of an occluding edge, between whose surfaces a mean would lie in the air. Cells without foreground take
 * the values of coarser ones, so that a point that strays over the silhouette still finds a slope that leads back.
 *
 * @param tolerance canonical units.
 * @returns finest level first.
 */
export function canonicalPyramid(map: CanonicalMap, tolerance: number): CanonicalLevel[] {
  const levels = [finestLevel(map)];
  for (;;) {
    const below = levels[levels.length - 1];
    if (Math.min(below.width, below.height) < 2 * leastCells) break;
    levels.push(halve(below, tolerance));
  }
  fillCoarsest(levels[levels.length - 1]);
  for (let level = levels.length - 2; level >= 0; level--) fillFrom(levels[level], levels[level + 1]);
  return levels;
}

function finestLevel({ width, height, values, mask }: CanonicalMap): CanonicalLevel {
  return {
    width,
    height,
    values: values.map((value, i) => (mask[Math.floor(i / 3)] ? value : 0)),
    coverage: Float32Array.from(mask, (inside) => (inside ? 1 : 0)),
  };
}

function halve(below: CanonicalLevel, tolerance: number): CanonicalLevel {
  const [width, height] = [Math.ceil(below.width / 2), Math.ceil(below.height / 2)];
  const level = {
    width,
    height,
    values: new Float32Array(width * height * 3),
    coverage: new Float32Array(width * height),
  };
  const children = new Int32Array(4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let count = 0;
      for (let k = 0; k < 4; k++) {
        const [y, x] = [row * 2 + (k >> 1), column * 2 + (k & 1)];
        const child = y * below.width + x;
        if (y < below.height && x < below.width && below.coverage[child] > 0) children[count++] = child;
      }
      if (count > 0) meanCell(level, row * width + column, below, children.subarray(0, count), tolerance);
    }
  }
  return level;
}

/** Mean of some cells by their coverage, without the one that lies furthest from the others if that is too far. */
function meanCell(
  level: CanonicalLevel,
  cell: number,
  below: CanonicalLevel,
  children: Int32Array,
  tolerance: number,
): void {
  const total = [0, 0, 0, 0];
  let covered = 0;
  for (const child of children) {
    const weight = below.coverage[child];
    covered += weight;
    total[3] += weight;
    for (let a = 0; a < 3; a++) total[a] += weight * below.values[child * 3 + a];
  }
  if (children.length >= 3) {
    const worst = furthestChild(below, children, total);
    if (worst.distance > tolerance) {
      const weight = below.coverage[worst.child];
      total[3] -= weight;
      for (let a = 0; a < 3; a++) total[a] -= weight * below.values[worst.child * 3 + a];
    }
  }
  for (let a = 0; a < 3; a++) level.values[cell * 3 + a] = total[a] / total[3];
  level.coverage[cell] = covered / 4;
}

function furthestChild({ values, coverage }: CanonicalLevel, children: Int32Array, total: number[]) {
  const worst = { child: children[0], distance: 0 };
  for (const child of children) {
    const weight = coverage[child];
    let squares = 0;
    for (let a = 0; a < 3; a++) {
      const others = (total[a] - weight * values[child * 3 + a]) / (total[3] - weight);
      squares += (values[child * 3 + a] - others) ** 2;
    }
    if (squares > worst.distance ** 2) Object.assign(worst, { child, distance: Math.sqrt(squares) });
  }
  return worst;
}

/** Cells without foreground take the mean of all that have some. */
function fillCoarsest({ values, coverage }: CanonicalLevel): void {
  const mean = [0, 0, 0, 0];
  coverage.forEach((weight, cell) => {
    for (let a = 0; a < 3; a++) mean[a] += weight * values[cell * 3 + a];
    mean[3] += weight;
  });
  coverage.forEach((weight, cell) => {
    if (weight === 0 && mean[3] > 0) for (let a = 0; a < 3; a++) values[cell * 3 + a] = mean[a] / mean[3];
  });
}

function fillFrom({ width, values, coverage }: CanonicalLevel, above: CanonicalLevel): void {
  coverage.forEach((weight, cell) => {
    if (weight > 0) return;
    const parent = (Math.floor(cell / width) >> 1) * above.width + ((cell % width) >> 1);
    for (let a = 0; a < 3; a++) values[cell * 3 + a] = above.values[parent * 3 + a];
  });
}

/** A position in a level: the value there and its slope, by bilinear interpolation between the centres of cells. */
export class LevelReader {
  /** `[3]` canonical coordinates. */
  readonly value = new Float64Array(3);
  /** `[3]` each: canonical units per cell to the right, and down. */
  readonly slopeX = new Float64Array(3);
  readonly slopeY = new Float64Array(3);
  coverage = 0;

  /** @param x, y cells; 0 is the centre of the first. Beyond the outermost centres the level goes on flat. */
  read({ width, height, values, coverage }: CanonicalLevel, x: number, y: number): void {
    const [atX, atY] = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
    const [column, row] = [Math.min(width - 2, Math.floor(atX)), Math.min(height - 2, Math.floor(atY))];
    const [fx, fy] = [atX - column, atY - row];
    const [insideX, insideY] = [atX === x ? 1 : 0, atY === y ? 1 : 0];
    const top = row * width + column;
    const low = top + width;
    for (let a = 0; a < 3; a++) {
      const [p, q, r, s] = [values[top * 3 + a], values[top * 3 + 3 + a], values[low * 3 + a], values[low * 3 + 3 + a]];
      this.slopeX[a] = insideX * ((1 - fy) * (q - p) + fy * (s - r));
      this.slopeY[a] = insideY * ((1 - fx) * (r - p) + fx * (s - q));
      this.value[a] = (1 - fy) * ((1 - fx) * p + fx * q) + fy * ((1 - fx) * r + fx * s);
    }
    this.coverage =
      (1 - fy) * ((1 - fx) * coverage[top] + fx * coverage[top + 1]) +
      fy * ((1 - fx) * coverage[low] + fx * coverage[low + 1]);
  }
}
