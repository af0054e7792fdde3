import { type MeshPair } from './mesh-sequence.js';

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
