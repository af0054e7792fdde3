/** A bin holds the numbers whose single-precision bits agree down to here: 256 bins an octave, 0.4 per cent wide. */
const dropped = 15;
/** Smallest and largest error told apart; what lies outside counts at the edge. */
const [lowest, highest] = [2 ** -20, 2 ** 20];

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The bits of a positive number without their low end. */
function binOf(value: number): number {
  float[0] = value;
  return bits[0] >> dropped;
}

/** How many bins {@link ErrorHistogram} keeps. */
const [first, count] = [binOf(lowest), binOf(highest) - binOf(lowest) + 1];

/** Counts of errors in logarithmic bins, for percentiles of more errors than memory holds; good to 0.4 per cent. */
export class ErrorHistogram {
  private readonly bins = new Uint32Array(count);

  /** Adds an error, >= 0. */
  add(error: number): void {
    float[0] = error;
    const bin = (bits[0] >> dropped) - first;
    this.bins[bin < 0 ? 0 : bin < count ? bin : count - 1]++;
  }

  /** Adds the errors that another histogram has counted. */
  addAll({ bins }: ErrorHistogram): void {
    bins.forEach((value, bin) => (this.bins[bin] += value));
  }

  /** The error that a share of all errors stays below; `null` where there are none. */
  percentile(share: number): number | null {
    const total = this.bins.reduce((sum, inside) => sum + inside, 0);
    if (total === 0) return null;
    let below = 0;
    for (let bin = 0; bin < count; bin++) {
      const inside = this.bins[bin];
      if (inside > 0 && below + inside >= share * total) {
        if (bin === 0) return 0;
        const [lower, upper] = [edge(bin), edge(bin + 1)];
        return lower + ((share * total - below) / inside) * (upper - lower);
      }
      below += inside;
    }
    return highest;
  }
}

/** The smallest number in a bin. */
function edge(bin: number): number {
  bits[0] = (bin + first) << dropped;
  return float[0];
}
