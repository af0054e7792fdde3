import { type DistanceSummary, summariseDistances } from './distance-summary.js';
import { eachFrame } from './each-item.js';
import { type MeshPair } from './mesh-sequence.js';
import { type MeasureOptions } from './metric.js';

/** Collects values of the ground truth's vertices, frame after frame, by region. */
export function groupByRegion({ regions }: Pick<MeshPair, 'regions'>) {
  const members = Object.entries(regions).map(([name, mask]): [string, number[]] => [
    name,
    Array.from(mask.keys()).filter((v) => mask[v]),
  ]);
  const frames: Float64Array[] = [];
  return {
    /** @param values `[V]`; NaN where a vertex has none. */
    add(values: Float64Array): void {
      frames.push(values);
    },
    /** Makes figures of each region's values over all frames. */
    map<Figures>(figures: (values: Float64Array) => Figures): Record<string, Figures> {
      const entries = members.map(([name, vertices]): [string, Figures] => {
        const values = frames.flatMap((frame) => vertices.map((v) => frame[v]).filter((value) => !Number.isNaN(value)));
        return [name, figures(Float64Array.from(values))];
      });
      return Object.fromEntries(entries);
    },
  };
}

/** Means over frames at each vertex. */
export function vertexSums(vertexCount: number) {
  const sum = new Float64Array(vertexCount);
  const count = new Float64Array(vertexCount);
  return {
    /** @param values `[V]`; NaN where a vertex has none. */
    add(values: Float64Array): void {
      values.forEach((value, v) => {
        if (Number.isNaN(value)) return;
        sum[v] += value;
        count[v]++;
      });
    },
    /** `[V]`; NaN where there was no value. */
    means: (): Float32Array => Float32Array.from(sum, (value, v) => value / count[v]),
  };
}

/** Summaries by region, and means at each vertex, of a value that every frame has at the ground truth's vertices. */
export async function summariseVertices(
  pair: MeshPair,
  /** `[V]` of a frame; NaN where a vertex has none. */
  valuesOf: (frame: number) => Float64Array,
  options?: MeasureOptions,
): Promise<{ regions: Record<string, DistanceSummary>; perVertex: Float32Array }> {
  const [collected, sums] = [groupByRegion(pair), vertexSums(pair.truth.vertexCount)];
  await eachFrame(
    pair,
    (frame) => {
      const values = valuesOf(frame);
      collected.add(values);
      sums.add(values);
    },
    options,
  );
  return { regions: collected.map(summariseDistances), perVertex: sums.means() };
}

/** Renames the mean of summaries by region, and leaves the rest. */
export function headlineMean<Name extends string>(regions: Record<string, DistanceSummary>, name: Name) {
  return Object.fromEntries(
    Object.entries(regions).map(([region, { mean, ...rest }]) => [region, { [name]: mean, ...rest }]),
  );
}
