import { type MeshSequence } from '../../../src/evaluation/mesh-sequence.js';
import { vertexNormals } from '../../../src/geometry/mesh.js';
import { type RigidTransform, transformPoints } from '../../../src/geometry/rigid-transform.js';

/** The same sequence with its vertices changed. */
export function withVertices(
  sequence: MeshSequence,
  change: (vertices: ArrayLike<number>, frameNumber: number) => ArrayLike<number>,
): MeshSequence {
  return { ...sequence, vertices: (frame) => change(sequence.vertices(frame), frame) };
}

/** Every frame as the first one. */
export function heldStill(sequence: MeshSequence): MeshSequence {
  const [first] = sequence.frameNumbers;
  return { ...sequence, vertices: () => sequence.vertices(first) };
}

/** The camera's picture moves by so many pixels to the right with each frame, counted from the first. */
export function withMovingCentre(sequence: MeshSequence, pixelsPerFrame: number): MeshSequence {
  const [first] = sequence.frameNumbers;
  return {
    ...sequence,
    camera: (id, frame) => {
      const camera = sequence.camera(id, frame);
      const K = camera.K.slice();
      K[2] += pixelsPerFrame * (frame - first);
      return { ...camera, K };
    },
  };
}

/** Every vertex moved along its normal, metres. */
export function alongNormals(sequence: MeshSequence, distance: number): MeshSequence {
  return withVertices(sequence, (vertices) => {
    const normals = vertexNormals(vertices, sequence.faces);
    return Float64Array.from(vertices, (value, i) => value + distance * normals[i]);
  });
}

export function movedRigidly(sequence: MeshSequence, motion: RigidTransform): MeshSequence {
  return withVertices(sequence, (vertices) => transformPoints(motion, vertices));
}

/** The frames in another order: the second half before the first. */
export function shuffled(sequence: MeshSequence): MeshSequence {
  const { frameNumbers } = sequence;
  const half = Math.floor(frameNumbers.length / 2);
  const order = new Map(frameNumbers.map((frame, f) => [frame, frameNumbers[(f * 17 + half) % frameNumbers.length]]));
  return { ...sequence, vertices: (frame) => sequence.vertices(order.get(frame)!) };
}

/** Left and right of the head exchanged: x of the head frame negated, triangles turned to keep facing outwards. */
export function mirrored(sequence: MeshSequence, worldFromHead: (frameNumber: number) => RigidTransform): MeshSequence {
  const faces = sequence.faces.slice();
  for (let f = 0; f < faces.length; f += 3) [faces[f + 1], faces[f + 2]] = [faces[f + 2], faces[f + 1]];
  return {
    ...withVertices(sequence, (vertices, frame) => {
      const { rotation: r, translation: t } = worldFromHead(frame);
      const result = Float64Array.from(vertices);
      for (let v = 0; v < result.length; v += 3) {
        // The head's x axis is the rotation's first column.
        const x = [0, 1, 2].reduce((sum, a) => sum + r[a * 3] * (result[v + a] - t[a]), 0);
        for (let a = 0; a < 3; a++) result[v + a] -= 2 * x * r[a * 3];
      }
      return result;
    }),
    faces,
  };
}
