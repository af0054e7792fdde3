import { type PointModel } from '../../energies/gauss-newton-form.js';
import { type HeadModel } from '../../flame/head-model.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type Layout } from './layout.js';
import { pointCorners } from './surface-set.js';

/** Points that a Hessian of data terms is measured on, about. */
const wantedPoints = 1250;

/**
 * The points of the data terms that the Hessian is measured on; the gradient takes them all (math.md section 7).
 *
 * Neighbouring points tell nearly the same about a smooth basis, so every k-th with k times its weight gives the same
 * steps. Free vertices keep their own points. With unknown cameras nothing is left out: the Schur complement of a focal
 * length is a small difference of blocks, which have to come from the same points.
 */
export class HessianSample {
  readonly points: SurfacePoints;
  /** Whether no point is left out. */
  readonly isWhole: boolean;
  /** `[n]` which of the N points. */
  private readonly kept: number[];
  /** `[n]` how many points each stands for. */
  private readonly scale: number[];
  private readonly model: PointModel;

  constructor(head: HeadModel, points: SurfacePoints[], layout: Layout) {
    const corners = pointCorners(head, points);
    const step = layout.cameras.count > 0 ? 1 : Math.max(1, Math.floor(corners.length / wantedPoints));
    const free = new Set(layout.offsetVertices);
    const own = corners.map(({ vertices }) => vertices.some((v) => free.has(v)));
    this.kept = [...corners.keys()].filter((n) => own[n] || n % step === 0);
    this.isWhole = step === 1;
    this.scale = this.kept.map((n) => (own[n] ? 1 : step));
    const all = {
      faces: points.flatMap(({ faces }) => Array.from(faces)),
      barycentric: points.flatMap(({ barycentric }) => Array.from(barycentric)),
    };
    this.points = {
      faces: Int32Array.from(this.kept, (n) => all.faces[n]),
      barycentric: Float32Array.from(this.kept.flatMap((n) => all.barycentric.slice(n * 3, n * 3 + 3))),
    };
    this.model = {
      hessian: new Float64Array(this.kept.length * 6),
      gradient: new Float64Array(0),
      cameraGradient: new Float64Array(0),
      cameraHessian: new Float64Array(0),
      cameraCross: Array.from({ length: layout.cameras.count }, () => new Float64Array(this.kept.length * 3)),
    };
  }

  /** The second derivatives of a model of all points, at the sample's; overwritten by the next call. */
  pick(model: PointModel): PointModel {
    if (this.isWhole) return model;
    const { hessian, cameraCross } = model;
    this.kept.forEach((n, i) => {
      const scale = this.scale[i];
      for (let k = 0; k < 6; k++) this.model.hessian[i * 6 + k] = scale * hessian[n * 6 + k];
      cameraCross.forEach((cross, q) => {
        for (let k = 0; k < 3; k++) this.model.cameraCross[q][i * 3 + k] = scale * cross[n * 3 + k];
      });
    });
    return this.model;
  }
}
