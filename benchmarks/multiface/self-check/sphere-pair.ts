import { type MeshPair, type MeshSequence } from '../../../src/evaluation/mesh-sequence.js';
import { type SurfacePoints } from '../../../src/geometry/surface-points.js';

/** Rings between the poles and points around them: fine enough that chords lie within 0.02 per cent of the radius. */
const [RINGS, AROUND] = [120, 240];

/** A closed sphere about the origin of one frame, seen by no camera. */
function createSphere(radius: number): MeshSequence {
  const vertices = [0, radius, 0];
  for (let ring = 1; ring < RINGS; ring++) {
    for (let k = 0; k < AROUND; k++) {
      const [polar, around] = [(Math.PI * ring) / RINGS, (2 * Math.PI * k) / AROUND];
      const across = radius * Math.sin(polar);
      vertices.push(across * Math.sin(around), radius * Math.cos(polar), across * Math.cos(around));
    }
  }
  vertices.push(0, -radius, 0);
  const at = (ring: number, k: number) =>
    ring === 0 ? 0 : ring === RINGS ? 1 + (RINGS - 1) * AROUND : 1 + (ring - 1) * AROUND + (k % AROUND);
  const faces: number[] = [];
  for (let ring = 0; ring < RINGS; ring++) {
    for (let k = 0; k < AROUND; k++) {
      if (ring > 0) faces.push(at(ring, k), at(ring + 1, k), at(ring, k + 1));
      if (ring < RINGS - 1) faces.push(at(ring, k + 1), at(ring + 1, k), at(ring + 1, k + 1));
    }
  }
  return {
    faces: Int32Array.from(faces),
    vertexCount: vertices.length / 3,
    frameNumbers: [0],
    cameraIds: [],
    camera: (id) => {
      throw new Error(`camera ${id}: expected none to be asked for.`);
    },
    vertices: () => vertices,
  };
}

/** Two spheres about one centre, seven of their vertices the key points. */
export function createSpherePair(radius: number, predictedRadius: number): MeshPair {
  const [truth, prediction] = [createSphere(radius), createSphere(predictedRadius)];
  const faces = Int32Array.from({ length: 7 }, (_, k) => Math.floor(((k + 0.5) / 7) * (truth.faces.length / 3)));
  const barycentric = Float32Array.from({ length: 21 }, (_, i) => (i % 3 === 0 ? 1 : 0));
  const points: SurfacePoints = { faces, barycentric };
  return {
    truth,
    prediction,
    regions: { all: new Uint8Array(truth.vertexCount).fill(1) },
    keyPoints: { truth: points, prediction: points },
  };
}
