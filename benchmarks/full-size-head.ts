import { type HeadModel, type LandmarkEmbedding } from '../src/flame/head-model.js';
import { createRandom, type Random } from '../src/synth/random.js';

/** One pole and 62 rings of 81 vertices: FLAME's 5,023. */
const rings = 62;
const sectors = 81;
const halfAxes = [0.075, 0.12, 0.095];

/**
 * A head of FLAME's size from a seed: an ellipsoid with a nose, five joints, and smooth random bases whose amplitude
 * falls with the coefficient. Stands in where no full FLAME exists.
 */
export function createFullSizeHead({ shapeCount = 300, expressionCount = 100, seed = 1 } = {}): HeadModel {
  const random = createRandom(seed);
  const { template, faces } = createMesh();
  const vertexCount = template.length / 3;
  const joints = [
    [0, -0.11, 0],
    [0, -0.09, 0],
    [0, -0.02, 0.02],
    [0.031, 0.03, 0.06],
    [-0.031, 0.03, 0.06],
  ];
  return {
    name: 'full-size',
    licence: 'CC0-1.0',
    source: 'benchmarks/full-size-head.ts',
    vertexCount,
    template,
    faces,
    shape: createBasis(template, shapeCount, 0.004, random.fork('shape')),
    expression: createBasis(template, expressionCount, 0.003, random.fork('expression')),
    jointRegressor: createRegressor(template, joints),
    skinningWeights: createWeights(template),
    parents: Int32Array.of(-1, 0, 1, 1, 1),
    jointNames: ['root', 'neck', 'jaw', 'left_eye', 'right_eye'],
    uvLayouts: {},
    regions: {},
    landmarks478: createLandmarks(template, faces),
    shapeBasisHash: '',
  };
}

function createMesh(): { template: Float32Array; faces: Int32Array } {
  const vertices = [0, halfAxes[1], 0];
  const faces: number[] = [];
  const at = (ring: number, sector: number) => 1 + ring * sectors + (sector % sectors);
  for (let ring = 0; ring < rings; ring++) {
    const polar = ((ring + 1) / (rings + 4)) * Math.PI;
    for (let sector = 0; sector < sectors; sector++) {
      const around = (sector / sectors) * 2 * Math.PI;
      const [x, y] = [halfAxes[0] * Math.sin(polar) * Math.sin(around), halfAxes[1] * Math.cos(polar)];
      const z = halfAxes[2] * Math.sin(polar) * Math.cos(around);
      const nose = z > 0 ? 0.02 * Math.exp(-(x * x + (y + 0.005) ** 2) / (2 * 0.016 ** 2)) : 0;
      vertices.push(x, y, z + nose);
      if (ring === 0) faces.push(0, at(0, sector), at(0, sector + 1));
      else {
        faces.push(at(ring - 1, sector), at(ring, sector), at(ring, sector + 1));
        faces.push(at(ring - 1, sector), at(ring, sector + 1), at(ring - 1, sector + 1));
      }
    }
  }
  return { template: Float32Array.from(vertices), faces: Int32Array.from(faces) };
}

/** Sums of three plane waves per coefficient, finer and smaller with its number. */
function createBasis(template: Float32Array, count: number, amplitude: number, random: Random) {
  const basis = new Float32Array(count * template.length);
  for (let k = 0; k < count; k++) {
    const scale = amplitude / Math.sqrt(1 + k / 4);
    const reach = 30 + 120 * (k / count);
    for (let axis = 0; axis < 3; axis++) {
      const frequency = [0, 1, 2].map(() => random.uniform(-reach, reach));
      const phase = random.uniform(0, 2 * Math.PI);
      for (let i = axis; i < template.length; i += 3) {
        const [x, y, z] = template.subarray(i - axis, i - axis + 3);
        const wave = Math.sin(phase + frequency[0] * x + frequency[1] * y + frequency[2] * z);
        basis[k * template.length + i] = scale * wave;
      }
    }
  }
  const filled = (value: number) => new Float32Array(count).fill(value);
  return { count, basis, mean: filled(0), sigma: filled(1), lower: filled(-Infinity), upper: filled(Infinity) };
}

/** Each joint as the mean of the vertices within 3 cm of the nearest. */
function createRegressor(template: Float32Array, joints: number[][]): Float32Array {
  const vertexCount = template.length / 3;
  const regressor = new Float32Array(joints.length * vertexCount);
  joints.forEach((joint, j) => {
    const distances = Array.from({ length: vertexCount }, (_, v) =>
      Math.hypot(...joint.map((x, axis) => template[v * 3 + axis] - x)),
    );
    const near = Math.min(...distances) + 0.03;
    const inside = distances.filter((distance) => distance < near).length;
    distances.forEach((distance, v) => (regressor[j * vertexCount + v] = distance < near ? 1 / inside : 0));
  });
  return regressor;
}

/** Root below, jaw at the lower front, all else the neck's. */
function createWeights(template: Float32Array): Float32Array {
  const step = (x: number) => 1 / (1 + Math.exp(-x));
  const weights = new Float32Array((template.length / 3) * 5);
  for (let v = 0; v * 3 < template.length; v++) {
    const [, y, z] = template.subarray(v * 3, v * 3 + 3);
    const root = step((-0.1 - y) / 0.008);
    const jaw = (1 - root) * step((-0.045 - y) / 0.006) * step((z - 0.03) / 0.01);
    weights.set([root, 1 - root - jaw, jaw, 0, 0], v * 5);
  }
  return weights;
}

/** 478 points inside triangles of the face, evenly over their list. */
function createLandmarks(template: Float32Array, faces: Int32Array): LandmarkEmbedding {
  const front = Array.from({ length: faces.length / 3 }, (_, t) => t).filter((t) => {
    const [x, y, z] = template.subarray(faces[t * 3] * 3, faces[t * 3] * 3 + 3);
    return z > 0.03 && Math.abs(x) < 0.06 && Math.abs(y) < 0.09;
  });
  const triangles = Int32Array.from({ length: 478 }, (_, n) => front[Math.floor((n * front.length) / 478)]);
  const barycentric = new Float32Array(478 * 3);
  for (let n = 0; n < 478; n++) barycentric.set([0.5, 0.3, 0.2], n * 3);
  return { faces: triangles, barycentric };
}
