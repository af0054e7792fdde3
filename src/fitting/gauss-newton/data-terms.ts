import { type PointForm, type PointModel } from '../../energies/gauss-newton-form.js';
import { type FitParameters } from '../parameters.js';
import { type Weighted } from './form-terms.js';
import { type Layout } from './layout.js';
import { type NormalEquations } from './normal-equations.js';

/** Called with each term's energy and its frame. */
export type AddEnergy = (name: string, frame: number, energy: number) => void;

/** The data terms of a stage, each on its part of the points of all of them; N points. */
export class DataTerms {
  private readonly terms: Weighted<PointForm>[];
  private readonly layout: Layout;
  private readonly count: number;
  private model?: PointModel;

  constructor(terms: Weighted<PointForm>[], layout: Layout) {
    this.terms = terms;
    this.layout = layout;
    this.count = terms.reduce((sum, { form }) => sum + form.points.faces.length, 0);
  }

  /** @param world `[N, 3]` metres. */
  evaluate(frame: number, world: Float64Array, { cameras }: FitParameters, add: AddEnergy, model?: PointModel): void {
    let start = 0;
    for (const { name, weight, form } of this.terms) {
      const end = start + form.points.faces.length;
      const part = model && {
        ...model,
        hessian: model.hessian.subarray(start * 6, end * 6),
        gradient: model.gradient.subarray(start * 3, end * 3),
        cameraCross: model.cameraCross.map((cross) => cross.subarray(start * 3, end * 3)),
      };
      const own = world.subarray(start * 3, end * 3);
      add(name, frame, form.evaluate(frame, own, cameras, this.layout.cameras, weight, part));
      start = end;
    }
  }

  /** The model of one frame, overwritten by the next call; what the cameras have among themselves is added at once. */
  linearise(frame: number, world: Float64Array, parameters: FitParameters, equations: NormalEquations): PointModel {
    const model = this.emptyModel(equations);
    this.evaluate(frame, world, parameters, () => undefined, model);
    const { cameraStart, cameras } = this.layout;
    const { shared, s } = equations;
    for (let i = 0; i < cameras.count; i++) {
      for (let j = 0; j < cameras.count; j++) {
        shared[(cameraStart + i) * s + cameraStart + j] += model.cameraHessian[i * cameras.count + j];
      }
    }
    return model;
  }

  /** Zeros; the camera gradient is that of the equations. */
  private emptyModel({ gradient }: NormalEquations): PointModel {
    const { cameras, cameraStart } = this.layout;
    const { count } = this;
    this.model ??= {
      hessian: new Float64Array(count * 6),
      gradient: new Float64Array(count * 3),
      cameraGradient: gradient.shared,
      cameraHessian: new Float64Array(cameras.count ** 2),
      cameraCross: Array.from({ length: cameras.count }, () => new Float64Array(count * 3)),
    };
    this.model.cameraGradient = gradient.shared.subarray(cameraStart);
    const { hessian, cameraHessian, cameraCross } = this.model;
    for (const values of [hessian, this.model.gradient, cameraHessian, ...cameraCross]) values.fill(0);
    return this.model;
  }
}
