import { type PointModel } from '../../energies/gauss-newton-form.js';
import { type HeadModel } from '../../flame/head-model.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type Layout } from './layout.js';
import { motionFeatures } from './motion-features.js';
import { pointCorners } from './surface-set.js';

/** Points that a Hessian of data terms is measured on, at least, and for each coefficient of shape and expression. */
const leastPoints = 640;
const pointsPerCoefficient = 2.1;
/** In fewer frames than this the Hessian of all points costs little. */
const leastFrames = 8;

/**
 * The points of the data terms that the Hessian is measured on; the gradient takes them all (math.md section 7).
 *
 * Neighbouring points tell nearly the same about a smooth basis, so the matrices of all points are put on the nearest of
 * fewer ones that moves as they do, spread evenly whatever the order of the mesh. Free vertices keep their own points.
 * With unknown cameras nothing is left out: the Schur complement of a focal length is a small difference of blocks,
 * which have to come from the same points.
 */
export class HessianSample {
  readonly points: SurfacePoints;
  /** Whether no point is left out. */
  readonly isWhole: boolean;
  /** `[N]` which of the n sample points each point's matrix is put on. */
  private readonly owner: Int32Array;
  private readonly model: PointModel;

  constructor(head: HeadModel, points: SurfacePoints[], layout: Layout, whole: boolean) {
    const corners = pointCorners(head, points);
    const free = new Set(layout.offsetVertices);
    const isFree = corners.map(({ vertices }) => vertices.some((v) => free.has(v)));
    const wanted = Math.max(leastPoints, pointsPerCoefficient * (layout.shapeSize + layout.expressionSize));
    const cheap = layout.frameCount < leastFrames || corners.length < 2 * wanted;
    this.isWhole = whole || cheap || layout.cameras.count > 0;
    const { kept, owner } = this.isWhole
      ? { kept: [...corners.keys()], owner: Int32Array.from(corners.keys()) }
      : spreadPoints(head, points, isFree, Math.round(wanted));
    this.owner = owner;
    const all = {
      faces: points.flatMap(({ faces }) => Array.from(faces)),
      barycentric: points.flatMap(({ barycentric }) => Array.from(barycentric)),
    };
    this.points = {
      faces: Int32Array.from(kept, (n) => all.faces[n]),
      barycentric: Float32Array.from(kept.flatMap((n) => all.barycentric.slice(n * 3, n * 3 + 3))),
    };
    this.model = {
      hessian: new Float64Array(kept.length * 6),
      gradient: new Float64Array(0),
      cameraGradient: new Float64Array(0),
      cameraHessian: new Float64Array(0),
      cameraCross: [],
    };
  }

  /** The second derivatives of a model of all points, on the sample's; overwritten by the next call. */
  pick(model: PointModel): PointModel {
    if (this.isWhole) return model;
    const { hessian } = this.model;
    hessian.fill(0);
    for (let n = 0; n < this.owner.length; n++) {
      const to = this.owner[n] * 6;
      for (let k = 0; k < 6; k++) hessian[to + k] += model.hessian[n * 6 + k];
    }
    return this.model;
  }
}

/**
 * Points as far from each other as can be in place and motion, each the farthest from those before it, and for every point
 * the nearest of them. Free points stand for themselves alone.
 */
function spreadPoints(head: HeadModel, points: SurfacePoints[], isFree: boolean[], count: number) {
  const { width, values } = motionFeatures(head, points);
  const distance = Float64Array.from(isFree, (free, n) => (free || Number.isNaN(values[n * width]) ? -1 : Infinity));
  const nearest = new Int32Array(isFree.length).fill(-1);
  const centres = new Set<number>();
  while (centres.size < count) {
    const next = distance.reduce((best, value, n) => (value > distance[best] ? n : best), 0);
    if (distance[next] <= 0) break;
    for (let n = 0; n < distance.length; n++) {
      let between = 0;
      for (let k = 0; k < width && between < distance[n]; k++) {
        between += (values[n * width + k] - values[next * width + k]) ** 2;
      }
      if (between >= distance[n]) continue;
      distance[n] = between;
      nearest[n] = next;
    }
    centres.add(next);
  }
  const kept = [...isFree.keys()].filter((n) => centres.has(n) || nearest[n] < 0);
  const slots = new Map(kept.map((n, slot) => [n, slot]));
  return { kept, owner: nearest.map((centre, n) => slots.get(centre < 0 ? n : centre)!) };
}
