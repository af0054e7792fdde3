import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { type Camera } from '../../src/geometry/camera.js';
import { multiplyRotations, rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { createRandom, type Random } from '../../src/synth/random.js';
import { type Capture, createCapture, everyVertex, landmarkPoints, type Measure, worldErrorMm } from './capture.js';

const degree = Math.PI / 180;

/** A vector of given length in a random direction. */
function direction(random: Random, length: number): number[] {
  const vector = [random.normal(), random.normal(), random.normal()];
  return vector.map((value) => (value * length) / Math.hypot(...vector));
}

/** A camera turned by 2 degrees about its own centre and moved by 1 cm. */
function disturbed(camera: Camera, random: Random): Camera {
  const m = camera.cameraFromWorld;
  const rotation = [m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]];
  const turn = rotationFromAxisAngle(direction(random, 2 * degree));
  const turned = multiplyRotations(turn, rotation);
  const shift = direction(random, 0.01);
  const cameraFromWorld = m.slice();
  for (let row = 0; row < 3; row++) {
    cameraFromWorld.set(turned.subarray(row * 3, row * 3 + 3), row * 4);
    cameraFromWorld[row * 4 + 3] =
      turn[row * 3] * m[3] + turn[row * 3 + 1] * m[7] + turn[row * 3 + 2] * m[11] + shift[row];
  }
  return { ...camera, cameraFromWorld };
}

/** Greatest turn (degrees) and shift of the centre (millimetres) between two rigs. */
function rigError(a: Camera[], b: Camera[]): { turn: number; shift: number } {
  const errors = a.map(({ cameraFromWorld: m }, c) => {
    const n = b[c].cameraFromWorld;
    const trace = [0, 1, 2, 4, 5, 6, 8, 9, 10].reduce((sum, k) => sum + m[k] * n[k], 0);
    const centre = (t: Float64Array) =>
      [0, 1, 2].map((column) => -(t[column] * t[3] + t[4 + column] * t[7] + t[8 + column] * t[11]));
    const [p, q] = [centre(m), centre(n)];
    return {
      turn: Math.acos(Math.min(1, (trace - 1) / 2)) / degree,
      shift: 1000 * Math.hypot(...p.map((value, axis) => value - q[axis])),
    };
  });
  return { turn: Math.max(...errors.map((e) => e.turn)), shift: Math.max(...errors.map((e) => e.shift)) };
}

/**
 * Extrinsics off by 2 degrees and 1 cm in all cameras but the first, refined with the fit. From landmarks alone the scale of
 * the rig rests on the shape prior, and camera shifts of a per cent of the distance stay.
 */
export async function measureCameras(head: HeadModel): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const [name, points] of [
    ['every vertex', everyVertex(head)],
    ['478 points', landmarkPoints(head)],
  ] as const) {
    const capture: Capture = createCapture(head, points, { seed: 4, frames: 8, cameras: 4 });
    const { truth, alignment } = capture;
    const random = createRandom(6);
    const cameras = truth.cameras.map((camera, c) => (c === 0 ? camera : disturbed(camera, random)));
    const before = rigError(cameras, truth.cameras);
    const { parameters } = await fitSequence({ head, alignment, cameras, refineCameras: true });
    const after = rigError(parameters.cameras, truth.cameras);
    measures.push(
      { name: `camera turn before, ${name}`, value: before.turn, unit: 'deg' },
      { name: `camera turn after, ${name}`, value: after.turn, unit: 'deg', target: '< 0.2' },
      { name: `camera shift before, ${name}`, value: before.shift, unit: 'mm' },
      {
        name: `camera shift after, ${name}`,
        value: after.shift,
        unit: 'mm',
        target: name === 'every vertex' ? '< 4' : undefined,
      },
      { name: `3D error after, ${name}`, value: worldErrorMm(capture, parameters), unit: 'mm' },
    );
  }
  return measures;
}
