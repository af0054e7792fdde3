/** What many distances come to. */
export interface DistanceSummary {
  mean: number | null;
  median: number | null;
  std: number | null;
  p95: number | null;
}

/** Mean, median, standard deviation and 95th percentile of N values; `null` each where there are none. */
export function summariseDistances(values: ArrayLike<number>): DistanceSummary {
  const sorted = Float64Array.from(values).sort();
  const N = sorted.length;
  if (N === 0) return { mean: null, median: null, std: null, p95: null };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / N;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / N;
  return { mean, median: percentile(sorted, 0.5), std: Math.sqrt(variance), p95: percentile(sorted, 0.95) };
}

/** Linear between the two nearest ranks. */
function percentile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
}
