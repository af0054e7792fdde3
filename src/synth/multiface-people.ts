import { type HeadModel } from '../flame/head-model.js';
import { shapeHead } from '../flame/pose-head.js';
import { type Camera } from '../geometry/camera.js';
import { rescaleCamera } from '../io/calibration.js';
import { createDomeRig } from './camera-rig.js';
import { type Degradations } from './degrade.js';
import { type Performance, PERFORMANCES } from './performances.js';
import { createRandom, type Random } from './random.js';
import { type Skin } from './skin.js';
import { createSyntheticSequence, headCentre, sampleShape, type SyntheticSequence } from './synthetic-sequence.js';

/** Multiface's full-size pictures, to which its calibration refers. */
const FULL_SIZE = { width: 1334, height: 2048 };
/** Frames per second. */
export const MULTIFACE_RATE = 30;
/** Greatest angles of a camera to the face, sideways and up or down: 60 and 35 degrees (FlowFace appendix C). */
const REACH: [number, number] = [Math.PI / 3, (35 * Math.PI) / 180];
/** Share of a camera's pictures that are missing. */
const MISSING = 0.04;

export interface MultifacePeopleOptions {
  head: HeadModel;
  skins: Skin[];
  /** Default 1. */
  seed?: number;
  /** Default 4. */
  people?: number;
  /** Sequences of each person; default 3. */
  sequences?: number;
  /** Frames of each sequence; default 60. */
  frames?: number;
  /** Size of the pictures, of the aspect of 1334 by 2048; default a quarter. */
  width?: number;
  height?: number;
  degradations?: Degradations;
}

/** One sequence of a person before one camera; its truth numbers the frames as Multiface does. */
export interface MultifaceTake {
  segment: string;
  cameraId: string;
  synthetic: SyntheticSequence;
  /** `[F]` 1 where the camera has a picture, and where the tracker has a mesh. */
  hasImage: Uint8Array;
  hasMesh: Uint8Array;
}

export interface MultifacePerson {
  entity: string;
  /** Full-size cameras, one for each take. */
  cameras: Camera[];
  takes: MultifaceTake[];
}

/** Marks of frames, some left out; never the first or the last. */
function withGaps(count: number, gaps: number, random: Random): Uint8Array {
  const marks = new Uint8Array(count).fill(1);
  for (let k = 0; k < gaps && count > 4; k++) marks[1 + random.integer(count - 2)] = 0;
  return marks;
}

/** One person's cameras and takes; pictures are rendered when they are read. */
function createPerson(
  index: number,
  seed: number,
  { head, skins, degradations, ...options }: MultifacePeopleOptions,
): MultifacePerson {
  const { sequences = 3, frames = 60, width = 334, height = 512 } = options;
  const random = createRandom(seed);
  const shape = sampleShape(head, random.fork('shape'));
  const performances = Array.from(
    { length: sequences },
    (_, k): Performance => PERFORMANCES[(index * sequences + k) % PERFORMANCES.length],
  );
  const ids = performances.map((_, k) => String(400002 + 7 * k));
  const dome = { ...FULL_SIZE, focus: headCentre(shapeHead(head, { shape })), reach: REACH };
  const { cameras, worldFromHead } = createDomeRig(ids, random.fork('dome'), dome);
  // The capture's clock ticks three times a frame for some people.
  const step = index % 2 === 0 ? 3 : 1;
  const takes = performances.map((performance, k): MultifaceTake => {
    const gaps = random.fork(`gaps ${k}`);
    const first = 100 + gaps.integer(20000);
    const camera = rescaleCamera(cameras[k], width, height);
    const synthetic = createSyntheticSequence({
      head,
      skins,
      degradations,
      seed,
      shape,
      frames,
      width,
      height,
      frameRate: MULTIFACE_RATE,
      rig: { cameras: [camera], worldFromHead },
      take: performance.name,
      motion: { performance, headRange: [0.2, 0.12, 0.08] },
    });
    synthetic.truth.frameNumbers = synthetic.truth.frameNumbers.map((f) => first + step * f);
    return {
      segment: performance.name,
      cameraId: ids[k],
      synthetic,
      hasImage: withGaps(frames, Math.ceil(MISSING * frames), gaps),
      hasMesh: withGaps(frames, 1, gaps),
    };
  });
  return { entity: String(9000001 + index), cameras, takes };
}

/** People in the manner of FlowFace's Multiface subset: several performances each, one random camera for each. */
export function createMultifacePeople({ seed = 1, people = 4, ...options }: MultifacePeopleOptions): MultifacePerson[] {
  const random = createRandom(seed);
  return Array.from({ length: people }, (_, p) =>
    createPerson(p, random.fork(`person ${p}`).integer(2 ** 31), options),
  );
}
