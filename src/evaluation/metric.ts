/** What one number of a metric is. */
export interface FigureKind {
  /** `px`, `mm`, `rad`, `px/frame^2`, `m`, or `1` for a share. */
  unit: string;
  better: 'lower' | 'higher';
}

/** Something that is probably wrong with what is compared, not with the tracker. */
export interface EvaluationWarning {
  name: 'shuffled-frames' | 'wrong-camera' | 'wrong-unit' | 'mirrored-mesh';
  message: string;
}

/** What a metric found. */
export interface Measurement {
  /**
   * group -> figure -> value. Groups are regions for meshes, margins for correspondences, `all` where there is one.
   * `null` where there was nothing to measure: a gap is never a number.
   */
  groups: Record<string, Record<string, number | null>>;
  /** group -> the figure over a horizon or threshold, for charts; `null` where there was nothing to measure. */
  curves?: Record<string, (number | null)[]>;
  /** `[V]` mean error at each vertex of the ground truth, in the first figure's unit; NaN where it was never measured. */
  perVertex?: Float32Array;
}

export interface MeasureOptions {
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * The one form of a metric: a name, what its figures are, and a measurement of one sample.
 *
 * A metric is a factory in a file of its own, `ssme(options): Metric<MeshPair>`, whose docstring has the paper's
 * equation. Samples are mesh sequences (`MeshPair`), correspondence fields, depth maps or scans; the metric does not
 * read files.
 */
export interface Metric<Sample> {
  name: string;
  /** figure -> what it is; the first one is the headline. */
  figures: Record<string, FigureKind>;
  measure(sample: Sample, options?: MeasureOptions): Promise<Measurement>;
}

/** One number of an evaluation, as tables and CSV files hold it. */
export interface FigureRow extends FigureKind {
  metric: string;
  group: string;
  figure: string;
  value: number | null;
}

/** A measurement as rows, group by group. */
export function figureRows<Sample>({ name, figures }: Metric<Sample>, { groups }: Measurement): FigureRow[] {
  return Object.entries(groups).flatMap(([group, values]) =>
    Object.entries(figures).map(([figure, kind]) => ({
      metric: name,
      group,
      figure,
      value: values[figure] ?? null,
      ...kind,
    })),
  );
}
