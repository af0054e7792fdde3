import { centredIntrinsics } from '../geometry/estimate-focal.js';
import { rigidMatrix } from '../geometry/rigid-transform.js';
import { type Camera } from '../geometry/camera.js';
import { type RigidTransform } from '../geometry/rigid-transform.js';
import { multiplyRotations, rotationFromAxisAngle } from '../geometry/rotation.js';
import { type Random } from './random.js';

/** Cameras and where the head rests among them. */
export interface CameraRig {
  cameras: Camera[];
  /** The head's place of rest: head frame to world. */
  worldFromHead: RigidTransform;
}

export interface CameraRigOptions {
  width: number;
  height: number;
  /** Pixels; default: a head fills about six tenths of the height. */
  focal?: number;
  /** Metres from the head to each camera; default 1. */
  distance?: number;
  /** Where the cameras look, `[3]` metres, head frame at rest; default its origin. */
  focus?: ArrayLike<number>;
  /** k1, k2, p1, p2, k3; default none. */
  distortion?: ArrayLike<number>;
}

/** Height that the picture shows at the head's distance, metres, unless a focal length is given. */
const SHOWN_HEIGHT = 0.42;

function createCamera(
  id: string,
  {
    width,
    height,
    distance = 1,
    focal = (height * distance) / SHOWN_HEIGHT,
    distortion = [0, 0, 0, 0, 0],
  }: CameraRigOptions,
  R: ArrayLike<number>,
  t: ArrayLike<number>,
): Camera {
  return {
    id,
    width,
    height,
    K: centredIntrinsics(focal, { width, height }),
    cameraFromWorld: rigidMatrix({ rotation: Float64Array.from(R), translation: Float64Array.from(t) }),
    distortion: Float64Array.from(distortion),
  };
}

/** Head axes (y up, face toward +z) seen by a camera in front of the face (y down, z forward). */
const FACING = [1, 0, 0, 0, -1, 0, 0, 0, -1];

/**
 * Cameras on an arc around the head, all looking at it; the world has the head's axes at rest and
 * its origin where the cameras look.
 *
 * @param count cameras, named `cam0`, `cam1`, ... from the subject's right to left.
 * @param options beside the camera's own: `arc`, radians from the first to the last camera (default 1.5), and `random`,
 *   which unsettles heights, distances and roll a little.
 */
export function createArcRig(
  count: number,
  { arc = 1.5, random, ...camera }: CameraRigOptions & { arc?: number; random?: Random },
): CameraRig {
  const cameras = Array.from({ length: count }, (_, c) => {
    const yaw = count === 1 ? 0 : arc * (c / (count - 1) - 0.5);
    const noise = random?.fork(`cam${c}`);
    const elevation = (c % 2 ? 0.16 : -0.04) + 0.04 * (noise?.normal() ?? 0);
    const distance = (camera.distance ?? 1) * (1 + 0.03 * (noise?.normal() ?? 0));
    const roll = rotationFromAxisAngle([0, 0, 0.02 * (noise?.normal() ?? 0)]);
    const aim = multiplyRotations(rotationFromAxisAngle([elevation, 0, 0]), rotationFromAxisAngle([0, -yaw, 0]));
    return createCamera(`cam${c}`, camera, multiplyRotations(roll, multiplyRotations(FACING, aim)), [0, 0, distance]);
  });
  return { cameras, worldFromHead: atRest(camera.focus) };
}

/**
 * Cameras at random places of a dome in front of the face, all looking at it, as in a capture stage; the world has the
 * head's axes at rest and its origin where the cameras look.
 *
 * @param ids one camera each.
 * @param options beside the camera's own: `reach`, greatest angle to the face sideways and up or down, radians.
 */
export function createDomeRig(
  ids: string[],
  random: Random,
  { reach: [sideways, upwards], ...camera }: CameraRigOptions & { reach: [number, number] },
): CameraRig {
  const cameras = ids.map((id) => {
    const place = random.fork(id);
    const [yaw, elevation] = [place.uniform(-sideways, sideways), place.uniform(-upwards, upwards)];
    const aim = multiplyRotations(rotationFromAxisAngle([elevation, 0, 0]), rotationFromAxisAngle([0, -yaw, 0]));
    const distance = (camera.distance ?? 1) * place.uniform(0.95, 1.05);
    return createCamera(id, camera, multiplyRotations(FACING, aim), [0, 0, distance]);
  });
  return { cameras, worldFromHead: atRest(camera.focus) };
}

/** The head's frame turned nowhere, its focus in the world's origin. */
function atRest(focus: ArrayLike<number> = [0, 0, 0]): RigidTransform {
  return {
    rotation: rotationFromAxisAngle([0, 0, 0]),
    translation: Float64Array.from(focus, (value) => -value),
  };
}

/** One camera in front of the face; the world is the camera's frame. */
export function createMonocularRig(options: CameraRigOptions): CameraRig {
  const camera = createCamera('cam0', options, [1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0]);
  const [x, y, z] = Array.from(options.focus ?? [0, 0, 0]);
  const translation = Float64Array.of(-x, y, z + (options.distance ?? 1));
  return { cameras: [camera], worldFromHead: { rotation: Float64Array.from(FACING), translation } };
}
