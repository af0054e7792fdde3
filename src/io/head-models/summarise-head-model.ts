import { type BlendBasis, type HeadModel, type LandmarkEmbedding } from '../../flame/head-model.js';

/** What is inside a head model, in a form that is printed or written as JSON. */
export interface HeadModelSummary {
  name: string;
  licence: string;
  source: string;
  vertices: number;
  triangles: number;
  /** Metres along x, y and z. */
  extent: [number, number, number];
  shape: BasisSummary;
  expression: BasisSummary;
  joints: string[];
  poseCorrectives: number;
  uvLayouts: string[];
  /** name -> how many vertices. */
  regions: Record<string, number>;
  /** How many landmarks lie on the surface; absent without the embedding. */
  landmarks68?: number;
  landmarks478?: number;
  /** Optional parts that the model does not have. */
  absent: string[];
  shapeBasisHash: string;
}

export interface BasisSummary {
  count: number;
  bounded: boolean;
  names?: string[];
}

/** Lists the parts of a head model. */
export function summariseHeadModel(head: HeadModel): HeadModelSummary {
  const { name, licence, source, shapeBasisHash } = head;
  const uvLayouts = Object.keys(head.uvLayouts);
  return {
    name,
    licence,
    source,
    vertices: head.vertexCount,
    triangles: head.faces.length / 3,
    extent: extent(head.template),
    shape: summariseBasis(head.shape),
    expression: summariseBasis(head.expression),
    joints: head.jointNames,
    poseCorrectives: head.poseBasis ? head.poseBasis.length / head.template.length : 0,
    uvLayouts,
    regions: Object.fromEntries(Object.entries(head.regions).map(([region, mask]) => [region, count(mask)])),
    landmarks68: onSurface(head.landmarks68),
    landmarks478: onSurface(head.landmarks478),
    absent: [
      ['pose correctives', head.poseBasis],
      ['joint limits', head.jointLimits],
      ['UV layouts', uvLayouts[0]],
      ['regions', Object.keys(head.regions)[0]],
      ['vertex weights', head.vertexWeights],
      ['68 landmarks', head.landmarks68],
      ['478 landmarks', head.landmarks478],
      ['mirror map', head.mirror],
    ].flatMap(([part, value]) => (value === undefined ? [part as string] : [])),
    shapeBasisHash,
  };
}

function summariseBasis({ count: components, names, lower, upper }: BlendBasis): BasisSummary {
  const bounded = lower.some(Number.isFinite) || upper.some(Number.isFinite);
  return { count: components, bounded, ...(names && { names }) };
}

function extent(template: Float32Array): [number, number, number] {
  const least = [Infinity, Infinity, Infinity];
  const most = [-Infinity, -Infinity, -Infinity];
  template.forEach((value, i) => {
    least[i % 3] = Math.min(least[i % 3], value);
    most[i % 3] = Math.max(most[i % 3], value);
  });
  return [most[0] - least[0], most[1] - least[1], most[2] - least[2]];
}

function count(mask: Uint8Array): number {
  return mask.reduce((sum, inside) => sum + inside, 0);
}

function onSurface(landmarks?: LandmarkEmbedding): number | undefined {
  return landmarks?.faces.reduce((sum, face) => sum + (face >= 0 ? 1 : 0), 0);
}
