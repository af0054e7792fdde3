/**
 * Where the numbers of a row stand: the x of all points, then their y, then their z, N rounded up to a multiple of four
 * each, then m coordinates that are no point's; so a kernel takes four points at a time.
 */
export class RowPlan {
  /** Numbers of one plane. */
  readonly plane: number;
  /** First of the further coordinates. */
  readonly extra: number;
  /** Numbers of a row. */
  readonly width: number;
  private readonly pointCount: number;

  constructor(pointCount: number, extraCount = 0) {
    this.pointCount = pointCount;
    this.plane = Math.ceil(pointCount / 4) * 4;
    this.extra = 3 * this.plane;
    this.width = this.extra + Math.ceil(extraCount / 4) * 4;
  }

  /** Rows `[count, 3 N]`, point by point, as rows of this plan `[count, width]`. */
  spread(rows: Float32Array, count: number): Float32Array {
    const { pointCount: N, plane, width } = this;
    const spread = new Float32Array(count * width);
    for (let r = 0; r < count; r++) {
      for (let n = 0; n < N; n++) {
        for (let axis = 0; axis < 3; axis++) {
          spread[r * width + axis * plane + n] = rows[(r * N + n) * 3 + axis];
        }
      }
    }
    return spread;
  }
}
