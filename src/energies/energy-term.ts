import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs';
import { type Camera } from '../geometry/camera.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { type GaussNewtonForm } from './gauss-newton-form.js';
import { type RobustLoss } from './robust-loss.js';

/** The named blocks of unknowns (math.md section 4). */
export type ParameterName =
  'shape' | 'expression' | 'jointPose' | 'headPose' | 'offsets' | 'cameras' | 'focal' | 'canonicalTexture';

/**
 * What a term sees of the fit at one step: F frames, C cameras, N surface points, M free offset vertices.
 *
 * Coordinates are separate planes (component first), so that terms stay element-wise.
 */
export interface FitState {
  frameCount: number;
  viewCount: number;
  /** `[F]` seconds. */
  times: Float64Array;
  /** `[1, S]`. */
  shape: Tensor2D;
  /** `[F, E]`. */
  expression: Tensor2D;
  /** `[F, J, 3]` axis-angle, radians. */
  jointPose: Tensor3D;
  /** `[3, M]` metres; absent where no vertex is free. */
  offsets?: Tensor2D;
  /** `[6, C]` radians and metres: the cameras' motion away from where the stage found them, in their own frames. */
  cameraMotion: Tensor2D;
  /** `[1, C]` logarithm of focal length over that of the initial camera. */
  logFocal: Tensor2D;
  /** `[3, D * D]` canonical units, row 0 the top; absent where no term has a texture. */
  canonicalTexture?: Tensor2D;
  /** World positions `[3, F, N]`, metres; only for the points that the term declares. */
  world(points: SurfacePoints): Tensor3D;
  /** Neutral positions (no expression, no joint pose) in the head frame `[3, 1, N]`, metres; declared points only. */
  neutral(points: SurfacePoints): Tensor3D;
  /** Pixels `[2, C, F, N]` of world positions `[3, F, N]` in every camera, without distortion. */
  project(world: Tensor3D): Tensor4D;
  /** The same as the lenses show them: pixels of the pictures themselves. */
  observe(world: Tensor3D): Tensor4D;
  /** The tensor of a plain array, made once for a fit and freed with it. */
  constant(values: Float32Array, shape: number[]): Tensor;
}

/** The fit between two steps, for terms that hold something fixed for a while. */
export interface FitScene {
  /** `[C]`. */
  cameras: Camera[];
  /** `[V, 3]` metres, world frame. */
  vertices(frame: number): Float32Array;
  /** `[V, 3]` metres, head frame: the head without expression and joint pose. */
  neutral(): Float64Array;
  /** `[D, D, 3]` canonical units; a term that solves for it writes it here. Empty where no term has a texture. */
  canonicalTexture: Float64Array;
  /** What the solver leaves to the terms to solve. */
  solves: ParameterName[];
}

/** Pixels to which surface points should project: the residual is `(project(world(points)) - target) inverseSigma`. */
export interface PixelTargets {
  points: SurfacePoints;
  /** `[2, C, F, N]` pixels. */
  target: Float32Array;
  /** `[C, F, N]` 1 / pixels. */
  inverseSigma: Float32Array;
}

/**
 * One energy term: `weight / 2 sum(lambda * rho(|r|^2))` with residual r in sigmas.
 *
 * The first axis of the residual holds the components of one observation, over which `|r|^2` is taken; lambda is
 * `observationWeights`, rho the robust loss, both optional. Weight and loss are applied by the objective, so the same
 * term serves every solver.
 */
export interface EnergyTerm {
  name: string;
  weight: number;
  /** Which parameters the residual depends on. */
  reads: ParameterName[];
  /** Surface points that `residual` asks the state for. */
  points?: SurfacePoints[];
  robust?: RobustLoss;
  residual(state: FitState): Tensor;
  /** Renews what the term holds fixed, such as visibility; before a stage's first step and every few steps. */
  refresh?(scene: FitScene): void;
  /** Lambda per observation, in the shape of the residual without its first axis. */
  observationWeights?: Float32Array;
  /** What the residual compares, where it is nothing but projected points: such a term has a fused kernel. */
  pixels?: PixelTargets;
  /** The same energy for the Gauss-Newton solver; a term without it needs the adamw solver. */
  gaussNewton?: GaussNewtonForm;
}
