import { type HeadModel } from '../flame/head-model.js';
import { shapeHead } from '../flame/pose-head.js';
import { type FitParameters } from '../fitting/parameters.js';
import { worldVertices } from '../fitting/residuals.js';
import { multiplyRotations } from '../geometry/rotation.js';
import { type RigidTransform } from '../geometry/rigid-transform.js';
import { type Sequence } from '../geometry/sequence.js';
import { createAppearance } from './appearance.js';
import { createBackground } from './background.js';
import { type CameraRig, createArcRig, createMonocularRig } from './camera-rig.js';
import { degrade, type Degradations } from './degrade.js';
import { createLight } from './light.js';
import { createMotion, type Motion, type MotionOptions } from './motion.js';
import { createRandom, type Random } from './random.js';
import { createScene, poseScene, renderHead } from './render-head.js';
import { type ShadedGeometry } from './shade.js';
import { recolourSkin, type Skin } from './skin.js';

export interface SyntheticSequenceOptions {
  head: HeadModel;
  /** Default 1. */
  seed?: number;
  /** Default 48. */
  frames?: number;
  /** Default 4; 1 is a single camera whose frame is the world. */
  cameras?: number;
  /** Cameras and the head's place of rest, instead of the standard ones. */
  rig?: CameraRig;
  /** Size of the pictures; default 384 by 480. */
  width?: number;
  height?: number;
  /** Frames per second; default 25. */
  frameRate?: number;
  /** One of these is chosen and recoloured; default a plain tone. */
  skins?: Skin[];
  motion?: MotionOptions;
  /** Another take of the same person in the same light, by name. */
  take?: string;
  degradations?: Degradations;
  /** `[S]`; default drawn from the model's statistics. */
  shape?: ArrayLike<number>;
  /** `[V, 3]` metres, what the person has beyond the basis; default none. */
  offsets?: ArrayLike<number>;
}

/** Everything about a synthetic sequence that a tracker should find. */
export interface SyntheticTruth extends FitParameters {
  frameNumbers: number[];
  /** `[F]` seconds. */
  times: Float64Array;
  /** `[V, 3]` metres, world frame. */
  vertices(frame: number): Float32Array;
}

export interface SyntheticSequence {
  /** Pictures, rendered when they are read; the same seed gives the same pixels. */
  sequence: Sequence;
  truth: SyntheticTruth;
}

/** A plausible person: each coefficient normal, cut at 2.5 deviations, within the model's bounds. */
export function sampleShape({ shape }: Pick<HeadModel, 'shape'>, random: Random): Float64Array {
  return Float64Array.from({ length: shape.count }, (_, k) => {
    const deviations = Math.min(2.5, Math.max(-2.5, random.normal()));
    return Math.min(shape.upper[k], Math.max(shape.lower[k], shape.mean[k] + shape.sigma[k] * deviations));
  });
}

/** The middle of a head between its extremes, metres, head frame. */
export function headCentre(vertices: ArrayLike<number>): number[] {
  const [low, high] = [new Float64Array(3).fill(Infinity), new Float64Array(3).fill(-Infinity)];
  for (let i = 0; i < vertices.length; i++) {
    low[i % 3] = Math.min(low[i % 3], vertices[i]);
    high[i % 3] = Math.max(high[i % 3], vertices[i]);
  }
  return [0, 1, 2].map((a) => (low[a] + high[a]) / 2);
}

/** Head poses in the world: the motion about a pivot, then the place of rest. */
function placeMotion({ rotation, translation }: Motion, rest: RigidTransform, pivot: number[], frameCount: number) {
  const headRotation = new Float64Array(frameCount * 9);
  const headTranslation = new Float64Array(frameCount * 3);
  const turn = (R: ArrayLike<number>, v: ArrayLike<number>) =>
    [0, 3, 6].map((r) => R[r] * v[0] + R[r + 1] * v[1] + R[r + 2] * v[2]);
  for (let f = 0; f < frameCount; f++) {
    const local = rotation.subarray(f * 9, f * 9 + 9);
    const turned = turn(local, pivot);
    const moved = pivot.map((value, a) => value - turned[a] + translation[f * 3 + a]);
    headRotation.set(multiplyRotations(rest.rotation, local), f * 9);
    headTranslation.set(
      turn(rest.rotation, moved).map((value, a) => value + rest.translation[a]),
      f * 3,
    );
  }
  return { headRotation, headTranslation };
}

/**
 * A person who moves before one or several cameras, with everything known: lazily rendered pictures and the truth.
 * All of it is a function of the options.
 */
export function createSyntheticSequence({
  head,
  seed = 1,
  frames = 48,
  cameras: cameraCount = 4,
  width = 384,
  height = 480,
  frameRate = 25,
  skins = [],
  degradations = {},
  ...options
}: SyntheticSequenceOptions): SyntheticSequence {
  const random = createRandom(seed);
  const shape = options.shape ? Float64Array.from(options.shape) : sampleShape(head, random.fork('shape'));
  const focus = headCentre(shapeHead(head, { shape }));
  const camera = { width, height, focus };
  const rig =
    options.rig ??
    (cameraCount === 1
      ? createMonocularRig(camera)
      : createArcRig(cameraCount, { ...camera, random: random.fork('rig') }));
  const frameNumbers = Array.from({ length: frames }, (_, f) => f);
  const times = Float64Array.from(frameNumbers, (f) => f / frameRate);
  const motion = createMotion(head, random.fork(`motion${options.take ?? ''}`), times, options.motion);
  const pivot = [focus[0], focus[1] - 0.1, focus[2] - 0.02];
  const parameters: FitParameters = {
    shape,
    expression: Float64Array.from(motion.expression),
    jointPose: Float64Array.from(motion.jointPose),
    ...placeMotion(motion, rig.worldFromHead, pivot, frames),
    offsets: Float64Array.from(options.offsets ?? new Float64Array(head.vertexCount * 3)),
    canonicalTexture: new Float64Array(0),
    cameras: rig.cameras,
  };
  const truth: SyntheticTruth = {
    ...parameters,
    frameNumbers,
    times,
    vertices: (frame) => worldVertices(head, parameters, frame),
  };
  const read = createRenderer(head, truth, rig, random, { skins, degradations });
  const sequence: Sequence = {
    cameraIds: rig.cameras.map(({ id }) => id),
    viewCount: rig.cameras.length,
    frameCount: frames,
    frameNumbers,
    times,
    imageSizes: rig.cameras.map((view) => ({ width: view.width, height: view.height })),
    warnings: [],
    read,
    close: async () => undefined,
  };
  return { sequence, truth };
}

/** The function that renders one frame and camera; looks, light and backgrounds are made when first needed. */
function createRenderer(
  head: HeadModel,
  truth: SyntheticTruth,
  { cameras, worldFromHead }: CameraRig,
  random: Random,
  { skins, degradations }: { skins: Skin[]; degradations: Degradations },
): Sequence['read'] {
  const looks = random.fork('looks');
  const skin = skins.length > 0 ? recolourSkin(skins[looks.integer(skins.length)], looks) : undefined;
  const createStage = () => {
    const look = createAppearance(head, looks, truth.shape, skin);
    const light = createLight(random.fork('light'), worldFromHead.rotation);
    return {
      scene: createScene(look, light, head.faces, worldFromHead),
      backgrounds: cameras.map(({ id, width, height }) => createBackground(random.fork(`back ${id}`), width, height)),
    };
  };
  let stage: ReturnType<typeof createStage> | undefined;
  let posed: { frame: number; geometry: ShadedGeometry } | undefined;
  return async (frame, view) => {
    stage ??= createStage();
    if (posed?.frame !== frame) posed = { frame, geometry: poseScene(stage.scene, truth.vertices(frame)) };
    const image = renderHead(stage.scene, posed.geometry, cameras[view], stage.backgrounds[view]);
    return degrade(image, degradations, random.fork(`sensor ${frame} ${view}`));
  };
}
