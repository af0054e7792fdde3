import { type HeadModel, type LandmarkEmbedding } from '../../flame/head-model.js';
import { regressJoints } from '../../flame/pose-head.js';
import { createNearestSurfacePoint } from '../../geometry/nearest-surface-point.js';

/** A human iris is 11.8 mm wide, almost without exception. */
const irisRadius = 0.0059;
/** Rim points of the network: toward the subject's left, up, right, down. */
const rim = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];
/** Where each eye's centre stands among the 478 points; its rim follows. */
const irisLandmarks = { right_eye: 468, left_eye: 473 };

/** The vertices that follow an eye's joint and no other: `[V]` 0 or 1; nothing where the model has no such joint. */
export function eyeballVertices(head: HeadModel, eye: 'left_eye' | 'right_eye'): Uint8Array {
  const joint = head.jointNames.indexOf(eye);
  const jointCount = head.parents.length;
  return Uint8Array.from({ length: head.vertexCount }, (_, v) =>
    joint >= 0 && head.skinningWeights[v * jointCount + joint] > 0.5 ? 1 : 0,
  );
}

/** Adds the ten iris points where an embedding of the 478 lacks them: each eyeball's front and the iris' rim on it. */
export function addIrisPoints(head: HeadModel, landmarks: LandmarkEmbedding): LandmarkEmbedding {
  const result = { ...landmarks, faces: landmarks.faces.slice(), barycentric: landmarks.barycentric.slice() };
  for (const eye of ['right_eye', 'left_eye'] as const) {
    const ball = eyeballVertices(head, eye);
    const triangles = trianglesWithin(head, ball);
    if (landmarks.faces[irisLandmarks[eye]] >= 0 || triangles.length === 0) continue;
    const corners = triangles.flatMap((triangle) => [...head.faces.subarray(triangle * 3, triangle * 3 + 3)]);
    const { faces, barycentric } = createNearestSurfacePoint(head.template, corners)(irisPositions(head, eye, ball));
    faces.forEach((face, i) => (result.faces[irisLandmarks[eye] + i] = triangles[face]));
    result.barycentric.set(barycentric, irisLandmarks[eye] * 3);
  }
  return result;
}

/** The centre and the rim on a sphere about the joint through the eyeball's front, `[5, 3]`. */
function irisPositions(head: HeadModel, eye: string, ball: Uint8Array): number[] {
  const joint = head.jointNames.indexOf(eye);
  const [x, y, z] = regressJoints(head, head.template).subarray(joint * 3, joint * 3 + 3);
  const front = ball.reduce((most, inside, v) => (inside ? Math.max(most, head.template[v * 3 + 2]) : most), -Infinity);
  const radius = front - z;
  const rimDepth = z + Math.sqrt(Math.max(0, radius ** 2 - irisRadius ** 2));
  return [x, y, front, ...rim.flatMap(([u, v]) => [x + u * irisRadius, y + v * irisRadius, rimDepth])];
}

function trianglesWithin({ faces }: HeadModel, inside: Uint8Array): number[] {
  const triangles: number[] = [];
  for (let t = 0; t < faces.length / 3; t++) {
    if (inside[faces[t * 3]] && inside[faces[t * 3 + 1]] && inside[faces[t * 3 + 2]]) triangles.push(t);
  }
  return triangles;
}
