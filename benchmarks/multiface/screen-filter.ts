import { type MeshSequence } from '../../src/evaluation/mesh-sequence.js';
import { type Camera } from '../../src/geometry/camera.js';
import { projectPoints } from '../../src/geometry/project.js';

/** Neighbours beyond so many standard deviations do not count. */
const reach = 3;

export interface ScreenFilterOptions {
  /** Standard deviation, seconds; missing frames leave their weight to the others. */
  sigma: number;
  /** Seconds of a frame number. */
  time(frameNumber: number): number;
}

/**
 * A sequence whose vertices are smoothed over time in screen space, as FlowFace's authors gave time to trackers of
 * single images: column, row and depth of each vertex are Gaussian means over the frames around.
 */
export function screenFiltered(sequence: MeshSequence, { sigma, time }: ScreenFilterOptions): MeshSequence {
  const [cameraId] = sequence.cameraIds;
  const camera = (frame: number) => sequence.camera(cameraId, frame);
  const onScreen = new Map(
    sequence.frameNumbers.map((frame) => [frame, toScreen(sequence.vertices(frame), camera(frame))]),
  );
  return {
    ...sequence,
    vertices(frame) {
      const sum = new Float64Array(sequence.vertexCount * 3);
      let total = 0;
      for (const [other, points] of onScreen) {
        const distance = (time(other) - time(frame)) / sigma;
        if (Math.abs(distance) > reach) continue;
        const weight = Math.exp(-(distance ** 2) / 2);
        total += weight;
        for (let i = 0; i < sum.length; i++) sum[i] += weight * points[i];
      }
      return fromScreen(
        sum.map((value) => value / total),
        camera(frame),
      );
    },
  };
}

/** `[V, 3]` column, row (pixels) and depth (metres). */
function toScreen(vertices: ArrayLike<number>, camera: Camera): Float64Array {
  const { pixels, depths } = projectPoints(vertices, camera);
  return Float64Array.from({ length: depths.length * 3 }, (_, i) =>
    i % 3 === 2 ? depths[(i - 2) / 3] : pixels[Math.floor(i / 3) * 2 + (i % 3)],
  );
}

/** World points, `[V, 3]` metres, of what {@link toScreen} gives. */
function fromScreen(points: Float64Array, { K, cameraFromWorld: m }: Camera): Float64Array {
  const world = new Float64Array(points.length);
  for (let v = 0; v < points.length; v += 3) {
    const z = points[v + 2];
    const y = ((points[v + 1] - K[5]) / K[4]) * z;
    const x = ((points[v] - K[2] - (K[1] * y) / z) / K[0]) * z;
    const [dx, dy, dz] = [x - m[3], y - m[7], z - m[11]];
    for (let axis = 0; axis < 3; axis++) world[v + axis] = m[axis] * dx + m[4 + axis] * dy + m[8 + axis] * dz;
  }
  return world;
}
