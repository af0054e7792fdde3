import { type Camera } from '../geometry/camera.js';
import { type SurfacePoints } from '../geometry/surface-points.js';

/** Where the unknowns of each camera stand among the q unknowns of all cameras; -1: known. */
export interface CameraColumns {
  /** q. */
  count: number;
  /** `[C]` first of six columns: rotation and translation in the camera's own frame. */
  motion: Int32Array;
  /** `[C]` column of the logarithm of the focal length; cameras of one group share it. */
  focal: Int32Array;
}

/** Derivatives of a data term at one linearisation point, added up over the cameras (math.md section 7); N points. */
export interface PointModel {
  /** `[N, 6]` per point xx, xy, xz, yy, yz, zz, world frame. */
  hessian: Float64Array;
  /** `[N, 3]` world frame. */
  gradient: Float64Array;
  /** `[q]`, `[q, q]` (both halves) and, for each camera unknown, `[N, 3]`: its mixed derivatives with the points. */
  cameraGradient: Float64Array;
  cameraHessian: Float64Array;
  cameraCross: Float64Array[];
}

/** A data term on posed surface points: all it tells about pose and shape is a matrix and a vector per point. */
export interface PointForm {
  kind: 'points';
  points: SurfacePoints;
  /** The cameras that saw something in a frame. */
  views(frame: number): number[];
  /**
   * Energy of one frame, times `weight`; adds its derivatives to `model` where there is one.
   *
   * @param world `[N, 3]` metres, world frame.
   */
  evaluate(
    frame: number,
    world: Float64Array,
    cameras: Camera[],
    columns: CameraColumns,
    weight: number,
    model?: PointModel,
  ): number;
}

/** A data term on points of the neutral head, shared by all frames; positions and derivatives in the head frame. */
export interface NeutralForm {
  kind: 'neutralPoints';
  points: SurfacePoints;
  evaluate(neutral: Float64Array, weight: number, model?: Pick<PointModel, 'hessian' | 'gradient'>): number;
}

/**
 * Blocks of parameters that a diagonal prior may speak of, one at a time: the shape `[S]`, one frame's expression
 * `[E]` or joints `[J, 3]`, the free offsets `[M, 3]`, one camera's motion `[6]` or log focal length `[1]`.
 */
export type DiagonalBlock = 'shape' | 'expression' | 'jointPose' | 'offsets' | 'cameraMotion' | 'logFocal';

/** A prior without mixed derivatives. */
export interface DiagonalForm {
  kind: 'diagonal';
  /** Energy of the values of one block, times `weight`; adds its derivatives to `gradient` and `curvature`. */
  evaluate(
    block: DiagonalBlock,
    values: Float64Array,
    weight: number,
    gradient?: Float64Array,
    curvature?: Float64Array,
  ): number;
}

/** Second differences over time: `1/2 sum_k sum_n lambda_n |sum_a stencil_a[k] x_{k+a,n}|^2`. */
export interface AccelerationForm {
  kind: 'acceleration';
  points: SurfacePoints;
  /** `[N]` lambda. */
  pointWeights: Float32Array;
  /** `[F - 2]` each: weights of the frames k, k + 1, k + 2. */
  stencil: [Float32Array, Float32Array, Float32Array];
}

/** What a term tells a Gauss-Newton solver; weights, robust losses and lambdas included, `EnergyTerm.weight` left out. */
export type GaussNewtonForm = PointForm | NeutralForm | DiagonalForm | AccelerationForm;
