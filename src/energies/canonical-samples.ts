import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { type SurfacePoints } from '../geometry/surface-points.js';

/** Where the canonical energy measures: N points of the skin, spread evenly over its area. */
export interface CanonicalSamples {
  points: SurfacePoints;
  /** `[N, 3]` canonical coordinates of the template there. */
  embedding: Float32Array;
  /** `[N, 4]` texels of the canonical texture around each point, and their bilinear weights; weight 0 without a UV. */
  texels: Int32Array;
  texelWeights: Float32Array;
  /** Texels along a side of the texture. */
  textureSize: number;
  /** Metres between neighbours. */
  spacing: number;
  /** Metres for one unit of canonical space, by the spreads of template and embedding. */
  metresPerUnit: number;
}

/**
 * Samples a head's skin for the canonical energy (math.md section 6).
 *
 * @param embedding `[V, 3]` canonical coordinates of the template's vertices.
 */
export function canonicalSamples(
  head: HeadModel,
  embedding: ArrayLike<number>,
  { count = 1500, textureSize = 32 }: { count?: number; textureSize?: number } = {},
): CanonicalSamples {
  if (embedding.length !== head.template.length) {
    throw new Error(
      `canonical samples: expected an embedding of ${head.vertexCount} vertices, got ${embedding.length / 3}.`,
    );
  }
  const { points, area } = spreadPoints(head, count);
  const uv = pointUvs(head, points);
  return {
    points,
    embedding: interpolateSurface(embedding, 3, head.faces, points),
    ...texelsAround(uv, textureSize),
    textureSize,
    spacing: Math.sqrt(area / points.faces.length),
    metresPerUnit: spread(head.template) / spread(embedding),
  };
}

/** Points at equal steps of area along the list of skin triangles; inside a triangle by a low-discrepancy sequence. */
function spreadPoints({ template, faces, regions }: HeadModel, count: number) {
  const isSkin = (face: number) =>
    [0, 1, 2].every((corner) => {
      const vertex = faces[face * 3 + corner];
      return regions.skin ? regions.skin[vertex] === 1 : regions.eyeballs?.[vertex] !== 1;
    });
  const skin = Array.from({ length: faces.length / 3 }, (_, face) => face).filter(isSkin);
  const areas = skin.map((face) => triangleArea(template, faces, face));
  const area = areas.reduce((sum, value) => sum + value, 0);
  const chosen = new Int32Array(count);
  const barycentric = new Float32Array(count * 3);
  let [k, passed] = [0, areas[0]];
  for (let n = 0; n < count; n++) {
    while (passed < ((n + 0.5) / count) * area && k < skin.length - 1) passed += areas[++k];
    chosen[n] = skin[k];
    const [a, b] = [(n * 0.7548776662466927) % 1, (n * 0.5698402909980532) % 1];
    const [u, v] = a + b > 1 ? [1 - a, 1 - b] : [a, b];
    barycentric.set([1 - u - v, u, v], n * 3);
  }
  return { points: { faces: chosen, barycentric }, area };
}

function triangleArea(vertices: ArrayLike<number>, faces: ArrayLike<number>, face: number): number {
  const corner = (k: number, axis: number) => vertices[faces[face * 3 + k] * 3 + axis];
  const [p, q] = [1, 2].map((k) => [0, 1, 2].map((axis) => corner(k, axis) - corner(0, axis)));
  return 0.5 * Math.hypot(p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]);
}

/** `[N, 2]` in the head's first UV layout, by the layout's own corners, so that no point lies across a seam. */
function pointUvs({ uvLayouts }: HeadModel, points: SurfacePoints): Float32Array {
  const layout = Object.values(uvLayouts).at(0);
  if (!layout) return new Float32Array(points.faces.length * 2).fill(NaN);
  return interpolateSurface(layout.uv, 2, layout.uvFaces, points);
}

/** Texel (i, j) has its centre at ((j + 0.5) / D, 1 - (i + 0.5) / D): row 0 is the top (math.md section 1). */
function texelsAround(uv: Float32Array, D: number): Pick<CanonicalSamples, 'texels' | 'texelWeights'> {
  const count = uv.length / 2;
  const texels = new Int32Array(count * 4);
  const texelWeights = new Float32Array(count * 4);
  const cell = (position: number) => {
    const inside = Math.min(D - 1, Math.max(0, position));
    const low = Math.min(D - 2, Math.floor(inside));
    return { low, share: inside - low };
  };
  for (let n = 0; n < count; n++) {
    if (Number.isNaN(uv[n * 2] + uv[n * 2 + 1])) continue;
    const [column, row] = [cell(uv[n * 2] * D - 0.5), cell((1 - uv[n * 2 + 1]) * D - 0.5)];
    for (let k = 0; k < 4; k++) {
      const [right, down] = [k & 1, k >> 1];
      texels[n * 4 + k] = (row.low + down) * D + column.low + right;
      texelWeights[n * 4 + k] = (right ? column.share : 1 - column.share) * (down ? row.share : 1 - row.share);
    }
  }
  return { texels, texelWeights };
}

/** Root mean square distance of points `[V, 3]` from their mean. */
function spread(points: ArrayLike<number>): number {
  const [sum, squares] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  const count = points.length / 3;
  for (let i = 0; i < points.length; i++) {
    sum[i % 3] += points[i];
    squares[i % 3] += points[i] ** 2;
  }
  return Math.sqrt(squares.reduce((total, value, axis) => total + value / count - (sum[axis] / count) ** 2, 0));
}
