import { type HeadModel } from '../../flame/head-model.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type Kinematics, type PartTransforms } from './kinematics.js';

/**
 * N surface points as sums over influences: point n is `sum_i weight_i (A_part x_vertex + a_part)`, with one influence
 * for each corner and each moving part that carries it.
 */
export class SurfaceSet {
  readonly count: number;
  /** `[N + 1]` first influence of each point. */
  readonly first: Int32Array;
  /** Vertex (by its place in the vertex list), part and weight of each influence. */
  readonly vertex: Int32Array;
  readonly part: Int32Array;
  readonly weight: Float64Array;
  private readonly kinematics: Kinematics;

  /** @param slots `[V]` place of each vertex in the list of evaluated vertices. */
  constructor(head: HeadModel, points: SurfacePoints[], slots: Int32Array, kinematics: Kinematics) {
    this.kinematics = kinematics;
    const first = [0];
    const vertex: number[] = [];
    const part: number[] = [];
    const weight: number[] = [];
    for (const { vertices, weights } of pointCorners(head, points)) {
      vertices.forEach((v, corner) => {
        partWeights(head, kinematics, v).forEach((share, g) => {
          if (share === 0) return;
          vertex.push(slots[v]);
          part.push(g);
          weight.push(share * weights[corner]);
        });
      });
      first.push(vertex.length);
    }
    this.count = first.length - 1;
    this.first = Int32Array.from(first);
    this.vertex = Int32Array.from(vertex);
    this.part = Int32Array.from(part);
    this.weight = Float64Array.from(weight);
  }

  /**
   * Poses the points.
   *
   * @param vertices `[n, 3]` unposed vertices, metres.
   * @param posed `[N, 3]` metres, head frame; overwritten.
   * @param arms for each free joint `[N, 3]`, to which what the joint carries of each point is added, seen from the
   *   joint.
   */
  pose(vertices: ArrayLike<number>, parts: PartTransforms, posed: Float64Array, arms: Float64Array[] = []): void {
    const { rotation: A, translation: a } = parts;
    for (let n = 0; n < this.count; n++) {
      let [sumX, sumY, sumZ] = [0, 0, 0];
      for (let i = this.first[n]; i < this.first[n + 1]; i++) {
        const v = this.vertex[i] * 3;
        const w = this.weight[i];
        const r = this.part[i] * 9;
        const t = this.part[i] * 3;
        const [x, y, z] = [vertices[v], vertices[v + 1], vertices[v + 2]];
        const px = A[r] * x + A[r + 1] * y + A[r + 2] * z + a[t];
        const py = A[r + 3] * x + A[r + 4] * y + A[r + 5] * z + a[t + 1];
        const pz = A[r + 6] * x + A[r + 7] * y + A[r + 8] * z + a[t + 2];
        sumX += w * px;
        sumY += w * py;
        sumZ += w * pz;
        if (arms.length > 0) this.addArms(n, this.part[i], w, [px, py, pz], parts, arms);
      }
      posed[n * 3] = sumX;
      posed[n * 3 + 1] = sumY;
      posed[n * 3 + 2] = sumZ;
    }
  }

  private addArms(
    n: number,
    part: number,
    weight: number,
    point: [number, number, number],
    { position }: PartTransforms,
    arms: Float64Array[],
  ): void {
    const { carriers, freeParts } = this.kinematics;
    for (const k of carriers[part]) {
      const joint = freeParts[k] * 3;
      for (let axis = 0; axis < 3; axis++) arms[k][n * 3 + axis] += weight * (point[axis] - position[joint + axis]);
    }
  }

  /**
   * Linear part of each point's skinning.
   *
   * @param before `[3, 3]` rotation applied after skinning.
   * @param linear `[N, 9]`; overwritten.
   */
  linearParts({ rotation }: PartTransforms, before: ArrayLike<number>, linear: Float64Array): void {
    const turned = turnParts(rotation, before);
    linear.fill(0);
    for (let n = 0; n < this.count; n++) {
      for (let i = this.first[n]; i < this.first[n + 1]; i++) {
        const w = this.weight[i];
        const r = this.part[i] * 9;
        for (let k = 0; k < 9; k++) linear[n * 9 + k] += w * turned[r + k];
      }
    }
  }

  /**
   * Carries a gradient on the posed points back to the unposed vertices and to the parts' translations.
   *
   * @param gradient `[N, 3]`, head frame.
   * @param onVertices `[n, 3]` to add to.
   * @param onParts `[G, 3]` to add to.
   */
  addBack(gradient: Float64Array, { rotation }: PartTransforms, onVertices: Float32Array, onParts: Float64Array): void {
    for (let n = 0; n < this.count; n++) {
      const [x, y, z] = [gradient[n * 3], gradient[n * 3 + 1], gradient[n * 3 + 2]];
      if (x === 0 && y === 0 && z === 0) continue;
      for (let i = this.first[n]; i < this.first[n + 1]; i++) {
        const w = this.weight[i];
        const g = this.part[i];
        const v = this.vertex[i] * 3;
        onParts[g * 3] += w * x;
        onParts[g * 3 + 1] += w * y;
        onParts[g * 3 + 2] += w * z;
        const r = g * 9;
        onVertices[v] += w * (rotation[r] * x + rotation[r + 3] * y + rotation[r + 6] * z);
        onVertices[v + 1] += w * (rotation[r + 1] * x + rotation[r + 4] * y + rotation[r + 7] * z);
        onVertices[v + 2] += w * (rotation[r + 2] * x + rotation[r + 5] * y + rotation[r + 8] * z);
      }
    }
  }

  /** Interpolates basis rows `[rows][n, 3]` at the points, whatever their parts: `[rows, 3 N]`. */
  interpolateRows(rows: Float32Array[]): Float32Array {
    const width = this.count * 3;
    const result = new Float32Array(rows.length * width);
    rows.forEach((row, k) => {
      for (let n = 0; n < this.count; n++) {
        for (let i = this.first[n]; i < this.first[n + 1]; i++) {
          for (let axis = 0; axis < 3; axis++) {
            result[k * width + n * 3 + axis] += this.weight[i] * row[this.vertex[i] * 3 + axis];
          }
        }
      }
    });
    return result;
  }
}

/** `before A_g` for each part, `[G, 9]`. */
export function turnParts(rotation: Float64Array, before: ArrayLike<number>): Float64Array {
  const turned = new Float64Array(rotation.length);
  for (let g = 0; g < rotation.length; g += 9) {
    for (let row = 0; row < 9; row += 3) {
      for (let column = 0; column < 3; column++) {
        turned[g + row + column] =
          before[row] * rotation[g + column] +
          before[row + 1] * rotation[g + 3 + column] +
          before[row + 2] * rotation[g + 6 + column];
      }
    }
  }
  return turned;
}

/** The corners of each point that count. */
export function pointCorners({ faces }: HeadModel, sets: SurfacePoints[]): { vertices: number[]; weights: number[] }[] {
  return sets.flatMap((points) =>
    Array.from(points.faces, (face, n) => {
      const corners = face < 0 ? [] : [0, 1, 2].filter((corner) => points.barycentric[n * 3 + corner] !== 0);
      return {
        vertices: corners.map((corner) => faces[face * 3 + corner]),
        weights: corners.map((corner) => points.barycentric[n * 3 + corner]),
      };
    }),
  );
}

/** How much of a vertex each moving part carries, `[G]`. */
function partWeights(
  { skinningWeights, parents }: HeadModel,
  { partOf, joints }: Kinematics,
  vertex: number,
): number[] {
  const shares = new Array<number>(joints.length).fill(0);
  for (let j = 0; j < parents.length; j++) shares[partOf[j]] += skinningWeights[vertex * parents.length + j];
  return shares;
}
